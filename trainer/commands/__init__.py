"""The commands of `matte-train`, one file each. They import torch only when they are called."""
