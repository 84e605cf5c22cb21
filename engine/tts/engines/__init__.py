"""Speech engines behind one small protocol; one file each."""
