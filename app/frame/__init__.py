"""What all pages share: the frame around them, the address, controls, cards, words."""
