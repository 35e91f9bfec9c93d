"""Training data that generative models make."""
