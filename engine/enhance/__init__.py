"""Portraits changed so little that the eye hardly sees it, for which matting models do better.

Source: paper 002 of the product's references, "matting-specific portrait enhancement" in the latent
spaces of StyleGAN2. `portrait` is the entrance. It, `settings`, `align`, `change`, `cache` import
without torch, what computes gradients (`objective`, `descent`, `invert`, `optimise`, `reference`)
imports it at its top and is imported by `portrait` when it runs.
"""
