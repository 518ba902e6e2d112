"""What positions are worth, who pays whom, and what happens to those who cannot pay."""
