"""The course's own module: what a notebook may lean on without explaining.

Each part is imported by itself, so that a notebook loads only what it needs:

data            the MNIST sample, verified and split
plotting        one look for all figures
timing          seconds, energy and emissions of a block of code
exercises       check, hint, solution, progress
gradient_check  analytical gradients against central differences
network         the network of notebook 04, for the notebooks after it
bars            a progress bar for long loops
build           from notebooks/source to the notebooks (python -m)
"""
