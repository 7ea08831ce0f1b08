"""The programs of `tacit bench`, which finds them by this package."""
