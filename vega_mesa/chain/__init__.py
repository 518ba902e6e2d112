"""The null chain: one node that makes a block whenever it is told to, and keeps everything that was ever sent."""
