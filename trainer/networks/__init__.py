"""Networks that only training needs: discriminators, and what pictures are compared by."""
