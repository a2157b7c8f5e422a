"""The mean absolute error of two .npy files by NumPy, as most would write it."""

import sys

import numpy as np

a, b = (np.load(path, mmap_mode="r") for path in sys.argv[1:3])
print(np.abs(a - b).mean())
