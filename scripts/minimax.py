"""
The polynomials of assembly/math/error-function.ts: Remez's exchange (1934) in 60 digits, weighted by
what an error weighs in the result. Prints each with the largest error that is left, in units of the
result, and its coefficients from the constant on, rounded to the type.

    scripts/torch.sh python scripts/minimax.py
"""

import struct

from mpmath import cos, erf, erfc, exp, log, lu_solve, matrix, mp, mpf, pi, polyval, sqrt

mp.dps = 60


def remez(function, weight, low, high, degree):
    """The polynomial p that minimizes the largest |weight (p - function)| on [low, high], and that error."""
    low, high = mpf(low), mpf(high)
    count = degree + 2
    nodes = [(low + high) / 2 - (high - low) / 2 * cos(pi * k / (count - 1)) for k in range(count)]
    for _ in range(12):
        system = matrix(count, count)
        values = matrix(count, 1)
        for row, x in enumerate(nodes):
            for power in range(degree + 1):
                system[row, power] = x**power
            system[row, degree + 1] = (-1) ** row / weight(x)
            values[row] = function(x)
        solution = lu_solve(system, values)
        coefficients = [solution[power] for power in range(degree + 1)]

        def error(x):
            return weight(x) * (polyval(coefficients[::-1], x) - function(x))

        nodes, largest = exchange(error, low, high, count)
    return coefficients, largest


def exchange(error, low, high, count):
    """Where the error is extreme between its changes of sign."""
    grid = [(low + high) / 2 - (high - low) / 2 * cos(pi * k / 1200) for k in range(1201)]
    samples = [(error(x), x) for x in grid]
    runs = [[samples[0]]]
    for sample in samples[1:]:
        if (sample[0] > 0) == (runs[-1][-1][0] > 0):
            runs[-1].append(sample)
        else:
            runs.append([sample])
    peaks = [max(run, key=lambda sample: abs(sample[0])) for run in runs]
    while len(peaks) > count:
        peaks.pop(0 if abs(peaks[0][0]) < abs(peaks[-1][0]) else -1)
    if len(peaks) < count:
        raise ValueError(f"{len(peaks)} extremes, expected {count}")
    return [x for _, x in peaks], max(abs(value) for value, _ in peaks)


def rounded(value, single):
    if not single:
        return float(value)
    return struct.unpack("f", struct.pack("f", float(value)))[0]


def show(name, function, weight, low, high, degrees):
    for kind, degree in zip(("float32", "float64"), degrees):
        coefficients, largest = remez(function, weight, low, high, degree)
        print(f"{name}, {kind}: 2^{float(log(largest, 2)):.1f}")
        for value in coefficients:
            print(f"  {rounded(value, kind == 'float32')!r}")


if __name__ == "__main__":
    # erf(x) / x - 1 as a polynomial in x², for |x| < 23/32.
    near = lambda z: (erf(sqrt(z)) / sqrt(z) if z > 0 else 2 / sqrt(pi)) - 1
    show("near", near, lambda z: 1, "1e-30", "0.5167", (5, 10))
    # (erf(c + s) - erf(c)) / s, for |s| <= 25/64 about c = 71/64.
    center = mpf(71) / 64
    slope = 2 / sqrt(pi) * exp(-(center**2))
    middle = lambda s: (erf(center + s) - erf(center)) / s if abs(s) > 1e-20 else slope
    show("middle", middle, lambda s: 1, "-0.3907", "0.3907", (8, 16))
    single = rounded(erf(center), True)
    print("erf(71/64):", single, float(erf(center) - single), float(erf(center)), float(erf(center) - float(erf(center))))
    # -log(erfc(x)) for 3/2 <= x <= 4 or 6.
    for kind, degree, high in (("float32", 6, 4), ("float64", 14, 6)):
        coefficients, largest = remez(lambda x: -log(erfc(x)), erfc, "1.5", high, degree)
        print(f"far, {kind}: 2^{float(log(largest, 2)):.1f}")
        for value in coefficients:
            print(f"  {rounded(value, kind == 'float32')!r}")
