"""Alpha mattes: one method per file behind one interface, solved where the trimap is unknown."""
