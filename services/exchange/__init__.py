"""What other systems read: the register in the forms of public standards, from the answers of stored documents."""
