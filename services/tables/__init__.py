"""Tables that people bring in: read cell by cell, understood whole, recorded as one."""
