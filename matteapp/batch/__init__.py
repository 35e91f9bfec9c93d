"""The page where many photographs are cut by one order, and their results are looked through."""
