//! New centroids for empty cells.
