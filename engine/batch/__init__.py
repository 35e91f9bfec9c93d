"""Many photographs by one order: the queue, who works on it, and what outlives a crash."""
