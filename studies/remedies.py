"""Remedies against overtraining; the first two for a stack of S networks."""

import numpy as np


def masks(shape, share, rngs):
    """Return dropout's masks (S, B, N): 0, or 1 / (share that stays)."""
    drawn = np.stack([rng.random(shape, np.float32) for rng in rngs])
    return (drawn >= share) / np.float32(1 - share)


def shifted(images, pixels, rngs):
    """Return images (S, B, 784), moved; the margin of a digit is empty."""
    frames = images.reshape(*images.shape[:2], 28, 28)
    moved = [np.roll(frame, rng.integers(-pixels, pixels + 1, 2), (1, 2))
             for frame, rng in zip(frames, rngs)]
    return np.stack(moved).reshape(images.shape)


def moved_by_a_pixel(images, rng):
    """Return images (D, 784), each moved in one of four ways or left."""
    frames = images.reshape(-1, 28, 28).copy()
    ways = rng.integers(5, size=len(frames))
    for way, place in enumerate(((1, 0), (-1, 0), (0, 1), (0, -1)), 1):
        frames[ways == way] = np.roll(frames[ways == way], place, (1, 2))
    return frames.reshape(images.shape)
