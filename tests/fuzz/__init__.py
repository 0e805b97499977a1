"""Random programs, differentiated in every way and compared with what Python and differences say of them."""
