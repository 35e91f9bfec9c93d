"""Where training samples come from: files on disk, recomposed photographs, and made ones."""
