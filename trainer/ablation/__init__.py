"""What each part of progressive refinement is worth, at laboratory scale (paper 003, Table 4)."""
