"""What was recorded, told in sentences: the same facts in English and in French, and none left unsaid."""
