"""Training data made of one's own pictures: who is in them, their mattes, and which will do."""
