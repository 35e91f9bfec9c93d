"""What each part of a paper's method is worth, at laboratory scale: progressive refinement (paper
003, table 4) and alpha generation (POMAGAN, tables 3 and 4)."""
