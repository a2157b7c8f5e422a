"""
The polynomials of assembly/math/ that are not fdlibm's: Remez's exchange (1934) in 60 digits, weighted by
what an error weighs in the result. Prints each with the largest error that is left, in units of the
result, and its coefficients from the constant on, rounded to the type.

    scripts/torch.sh python scripts/minimax.py
"""

import struct

from mpmath import atanh, cos, erf, erfc, exp, expm1, log, lu_solve, matrix, mp, mpf, pi, polyval, sqrt, tanh

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


def ratio(function, weight, low, high, degree, lowest, highest):
    """The polynomial p and the q between the last two for which p(x) / (1 + q x) is nearest to the function."""
    golden = (sqrt(5) - 1) / 2

    def fitted(q):
        return remez(lambda x: function(x) * (1 + q * x), lambda x: weight(x) / (1 + q * x), low, high, degree)

    lowest, highest = mpf(lowest), mpf(highest)
    for _ in range(22):
        first, second = highest - golden * (highest - lowest), lowest + golden * (highest - lowest)
        if fitted(first)[1] < fitted(second)[1]:
            highest = second
        else:
            lowest = first
    q = (lowest + highest) / 2
    return *fitted(q), q


def rounded(value, single):
    if not single:
        return float(value)
    return struct.unpack("f", struct.pack("f", float(value)))[0]


def show(name, function, weight, low, high, degrees):
    """Of degrees[0] in float32, and of degrees[1] in float64."""
    for kind, degree in zip(("float32", "float64"), degrees):
        coefficients, largest = remez(function, weight, low, high, degree)
        print(f"{name}, {kind}: 2^{float(log(largest, 2)):.1f}")
        for value in coefficients:
            print(f"  {rounded(value, kind == 'float32')!r}")


def near_zero(function, value):
    """`function`, which is 0 / 0 at 0 and `value` there."""
    return lambda x: function(x) if abs(x) > mpf("1e-20") else mpf(value)


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
    # exp(r) = 1 + r + r² C(r), for r of half of ln 2; degree 4 serves float32, in both types.
    half = log(2) / 2
    curve = near_zero(lambda r: (expm1(r) - r) / r**2, "0.5")
    show("C", curve, lambda r: r**2 / exp(r), -half, half, (4, 4))
    # The others are for float32 alone: log(1 + f) = f - (f² / 2 - s (f² / 2 + s² R(s²))), s = f / (2 + f), in float32,
    series = near_zero(lambda z: 2 * atanh(sqrt(z)) / sqrt(z), 2)
    beyond = lambda z: (series(z) - 2) / z if z > 1e-20 else mpf(2) / 3
    far = (3 - 2 * sqrt(2)) ** 2
    show("R", beyond, lambda z: z / series(z), "1e-9", far, (2, 2))
    # log(1 + e) = s L(s²), s = e / (2 + e) <= 1/3, in float64,
    show("L", series, lambda z: 1 / series(z), 0, mpf(1) / 9, (4, 4))
    # and exp(r) = (E + O) / (E - O), in float64, where O / E = tanh(r / 2) = r (O0 + O1 r²) / (1 + E1 r²).
    slope = lambda z: tanh(sqrt(z) / 2) / sqrt(z)
    weight = lambda z: 2 * sqrt(z) / (1 - z * slope(z) ** 2)
    coefficients, largest, last = ratio(slope, weight, "1e-9", half**2, 1, "0.09", "0.11")
    print(f"O: 2^{float(log(largest, 2)):.1f}, E1: {float(last)!r}")
    for value in coefficients:
        print(f"  {float(value)!r}")
