"""From files to the packages of one revision of the world."""
