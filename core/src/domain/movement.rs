//! How fast somebody moved between two check-ins.
