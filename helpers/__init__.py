"""The course's small shared module: what a notebook may lean on.

Each part is imported by itself, so that a notebook loads only what it needs:

data                 the MNIST sample, verified and split
plotting             one look for all figures; what they show, as data
diagrams             schematic drawings: the map of the course
draw                 a pad to draw a digit on, in JupyterLab
timing               seconds, energy and emissions of a block of code
network              the network of notebook 04, for the notebooks after it
layers               the same for any depth, one network or a stack of them
gradient_check       analytical gradients against central differences
equations            both sides of an equation, computed and compared
evidence             mean, spread, and the rule for "is this a difference?"
progress             a bar for long loops
tensorflow_quietly   TensorFlow and Keras without their start-up lines
"""
