"""Score mattes and models over many pictures, and compare them pair by pair."""
