"""Recognising human actions from skeletons with spatial-temporal graph convolutional networks."""
