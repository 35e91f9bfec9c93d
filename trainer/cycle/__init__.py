"""StyleMatte and StyleMatteGAN, each made better by what the other makes (paper 000, figure 2)."""
