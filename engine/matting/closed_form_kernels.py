"""Compiled inner loops of the closed-form solver; see `closed_form.py` for what they mean.

All work on one padded tile: flat float32 arrays with a border of PAD pixels on every side, so that
a neighbour's index is always valid. `runs` lists the unknown pixels as rows (first, last + 1) of
flat indices. `stencil[k, i]` couples pixel i with the k-th of the twelve that follow it in a 5×5
window, row by row: the upper half of the symmetric matrix; the diagonal is kept apart.
"""

from __future__ import annotations

import numpy as np
from numba import njit

PAD = 2
COLOURS = 4
"""Functions a coarse node carries: one, red, green, blue."""
REACH = 2
"""Nodes in each direction that a node is coupled with."""


@njit(cache=True, nogil=True)
def find_runs(unknown, gap):
    """Rows (first, last + 1) of flat indices that hold the unknown pixels.

    Runs that are at most `gap` known pixels apart are one, with those pixels in it.
    """
    runs = np.empty((unknown.size // 2 + 1, 2), np.int64)
    count = 0
    for i in range(1, unknown.size):
        if unknown[i] and not unknown[i - 1]:
            if count and i - runs[count - 1, 1] <= gap:
                count -= 1
            else:
                runs[count, 0] = i
        if unknown[i - 1] and not unknown[i]:
            runs[count, 1] = i
            count += 1
    return runs[:count].copy()


@njit(cache=True, nogil=True)
def assemble(rgb, unknown, epsilon, width, inside, stencil, diagonal):
    """Add up the matting Laplacian of every 3×3 window that has an unknown pixel.

    `inside` marks the pixels of the photograph; windows that leave it don't exist (as in the
    reference). Levin et al. 2008, equation 12.
    """
    colour = np.empty((9, 3))
    spread = np.empty((9, 3))
    where = np.empty(9, np.int64)
    slot = np.empty((9, 9), np.int64)
    for p in range(9):
        for q in range(p + 1, 9):
            rows, cols = q // 3 - p // 3, q % 3 - p % 3
            slot[p, q] = cols - 1 if rows == 0 else 2 + (rows - 1) * 5 + cols + 2
    for centre in range(width + 1, unknown.size - width - 1):
        any_unknown = False
        whole = True
        for p in range(9):
            i = centre + (p // 3 - 1) * width + p % 3 - 1
            where[p] = i
            any_unknown |= unknown[i]
            whole &= inside[i]
        if not (any_unknown and whole):
            continue
        for c in range(3):
            total = 0.0
            for p in range(9):
                total += rgb[c, where[p]]
            for p in range(9):
                colour[p, c] = rgb[c, where[p]] - total / 9.0
        a00 = epsilon
        a11 = epsilon
        a22 = epsilon
        a01 = 0.0
        a02 = 0.0
        a12 = 0.0
        for p in range(9):
            r, g, b = colour[p, 0], colour[p, 1], colour[p, 2]
            a00 += r * r
            a01 += r * g
            a02 += r * b
            a11 += g * g
            a12 += g * b
            a22 += b * b
        m00 = a11 * a22 - a12 * a12
        m01 = a02 * a12 - a01 * a22
        m02 = a01 * a12 - a02 * a11
        m11 = a00 * a22 - a02 * a02
        m12 = a01 * a02 - a00 * a12
        m22 = a00 * a11 - a01 * a01
        # The covariance is a mean over 9 pixels and so is the window's term: the nines cancel.
        scale = 1.0 / (a00 * m00 + a01 * m01 + a02 * m02)
        for p in range(9):
            r, g, b = colour[p, 0] * scale, colour[p, 1] * scale, colour[p, 2] * scale
            spread[p, 0] = m00 * r + m01 * g + m02 * b
            spread[p, 1] = m01 * r + m11 * g + m12 * b
            spread[p, 2] = m02 * r + m12 * g + m22 * b
        for p in range(9):
            for q in range(p + 1, 9):
                value = -1.0 / 9.0 - (
                    spread[p, 0] * colour[q, 0]
                    + spread[p, 1] * colour[q, 1]
                    + spread[p, 2] * colour[q, 2]
                )
                stencil[slot[p, q], where[p]] += value
                diagonal[where[p]] -= value
                diagonal[where[q]] -= value


@njit(cache=True, nogil=True)
def multiply(stencil, diagonal, width, spans, unknown, x, y):
    """y = A x at the unknown pixels of `spans`, 0 at the known ones between them.

    x may be anything at the known pixels. Written out row by row of the 5×5 stencil, because a loop
    over its entries is four times slower.
    """
    for r in range(spans.shape[0]):
        i, e = spans[r, 0], spans[r, 1]
        out, centre, free = y[i:e], diagonal[i:e], unknown[i:e]
        x0, xa, xb = x[i:e], x[i + 1 : e + 1], x[i + 2 : e + 2]
        xc, xd = x[i - 1 : e - 1], x[i - 2 : e - 2]
        a, b = stencil[0, i:e], stencil[1, i:e]
        c, d = stencil[0, i - 1 : e - 1], stencil[1, i - 2 : e - 2]
        for j in range(out.size):
            out[j] = centre[j] * x0[j] + a[j] * xa[j] + b[j] * xb[j] + c[j] * xc[j] + d[j] * xd[j]
        for row in range(2):
            k, up, down = 2 + 5 * row, i - (row + 1) * width, i + (row + 1) * width
            n = e - i
            a, b, c = stencil[k, i:e], stencil[k + 1, i:e], stencil[k + 2, i:e]
            d, f = stencil[k + 3, i:e], stencil[k + 4, i:e]
            xa, xb, xc = x[down - 2 : down - 2 + n], x[down - 1 : down - 1 + n], x[down : down + n]
            xd, xf = x[down + 1 : down + 1 + n], x[down + 2 : down + 2 + n]
            for j in range(out.size):
                out[j] += a[j] * xa[j] + b[j] * xb[j] + c[j] * xc[j] + d[j] * xd[j] + f[j] * xf[j]
            a, b = stencil[k, up + 2 : up + 2 + n], stencil[k + 1, up + 1 : up + 1 + n]
            c, d = stencil[k + 2, up : up + n], stencil[k + 3, up - 1 : up - 1 + n]
            f = stencil[k + 4, up - 2 : up - 2 + n]
            xa, xb, xc = x[up + 2 : up + 2 + n], x[up + 1 : up + 1 + n], x[up : up + n]
            xd, xf = x[up - 1 : up - 1 + n], x[up - 2 : up - 2 + n]
            for j in range(out.size):
                out[j] += a[j] * xa[j] + b[j] * xb[j] + c[j] * xc[j] + d[j] * xd[j] + f[j] * xf[j]
        for j in range(out.size):
            out[j] = out[j] if free[j] else np.float32(0)


@njit(cache=True, nogil=True)
def smooth(stencil, diagonal, width, spans, unknown, x, residual, scratch, weight):
    """One damped Jacobi step: x += weight D⁻¹ (residual − A x)."""
    multiply(stencil, diagonal, width, spans, unknown, x, scratch)
    for r in range(spans.shape[0]):
        first, last = spans[r, 0], spans[r, 1]
        at, want, have = x[first:last], residual[first:last], scratch[first:last]
        centre = diagonal[first:last]
        for j in range(at.size):
            at[j] += weight * (want[j] - have[j]) / centre[j]


@njit(cache=True, nogil=True, inline="always")
def basis(rgb, i, row, col, cell, share, number, mean, nodes, values):
    """The nodes that reach pixel i, and the values of their four functions there."""
    top, left = cell[row], cell[col]
    v, u = share[row], share[col]
    for n in range(4):
        hat = (v if n // 2 else np.float32(1) - v) * (u if n % 2 else np.float32(1) - u)
        node = number[top + n // 2, left + n % 2]
        if hat <= 0:
            node = -1
        nodes[n] = node
        if node >= 0:
            values[n, 0] = hat
            for c in range(3):
                values[n, 1 + c] = hat * (rgb[c, i] - mean[node, c])


@njit(cache=True, nogil=True)
def prolongation(rgb, runs, width, cell, share, number, mean):
    """P as one row of 16 values an unknown pixel (4 nodes × 4 functions), and where it stands.

    The last row is zero and stands for every known pixel.
    """
    count = 0
    for r in range(runs.shape[0]):
        count += runs[r, 1] - runs[r, 0]
    rows = np.zeros((count + 1, 4 * COLOURS), np.float32)
    place = np.full(rgb.shape[1], count, np.int32)
    count = 0
    nodes = np.empty(4, np.int64)
    values = np.empty((4, COLOURS))
    for r in range(runs.shape[0]):
        row = runs[r, 0] // width
        for i in range(runs[r, 0], runs[r, 1]):
            basis(rgb, i, row, i - row * width, cell, share, number, mean, nodes, values)
            for n in range(4):
                if nodes[n] >= 0:
                    for c in range(COLOURS):
                        rows[count, n * COLOURS + c] = values[n, c]
            place[i] = count
            count += 1
    return rows, place


@njit(cache=True, nogil=True)
def galerkin(stencil, diagonal, runs, rows, place, width, cell, number):
    """The coarse matrix Pᵀ A P as blocks [node, neighbour (5×5), 4, 4].

    `rows` and `place` are P; `cell[t]` is t // spacing.
    """
    span = 2 * REACH + 1
    size = 4 * COLOURS
    coarse = np.zeros((number.max() + 1, span * span, COLOURS, COLOURS))
    # A P at one pixel, for the 2×2 cells its neighbours may lie in.
    image = np.zeros((4, size))
    touched = np.zeros(4, np.bool_)
    for r in range(runs.shape[0]):
        row = runs[r, 0] // width
        for i in range(runs[r, 0], runs[r, 1]):
            col = i - row * width
            top, left = cell[row - 2], cell[col - 2]
            for down in range(-2, 3):
                for right in range(-2, 3):
                    j = i + down * width + right
                    if down > 0:
                        weight = stencil[2 + (down - 1) * 5 + right + 2, i]
                    elif down < 0:
                        weight = stencil[2 + (-down - 1) * 5 - right + 2, j]
                    elif right > 0:
                        weight = stencil[right - 1, i]
                    elif right < 0:
                        weight = stencil[-right - 1, j]
                    else:
                        weight = diagonal[i]
                    at = (cell[row + down] - top) * 2 + cell[col + right] - left
                    touched[at] = True
                    there = rows[place[j]]
                    for t in range(size):
                        image[at, t] += weight * there[t]
            here = rows[place[i]]
            for at in range(4):
                if not touched[at]:
                    continue
                touched[at] = False
                for n in range(4):
                    node = number[cell[row] + n // 2, cell[col] + n % 2]
                    if node < 0:
                        continue
                    for m in range(4):
                        rise = top + at // 2 + m // 2 - cell[row] - n // 2 + REACH
                        aside = left + at % 2 + m % 2 - cell[col] - n % 2 + REACH
                        block = coarse[node, rise * span + aside]
                        for a in range(COLOURS):
                            for b in range(COLOURS):
                                block[a, b] += here[n * COLOURS + a] * image[at, m * COLOURS + b]
                for t in range(size):
                    image[at, t] = 0.0
    return coarse


@njit(cache=True, nogil=True)
def couplings(number):
    """Which nodes are coupled: sorted columns as (rows, blocks, where columns begin)."""
    span = 2 * REACH + 1
    count = number.max() + 1
    partner = np.empty(count * span * span, np.int32)
    block = np.empty(count * span * span, np.int8)
    begins = np.zeros(count + 1, np.int32)
    found = 0
    for row in range(number.shape[0]):
        for col in range(number.shape[1]):
            if number[row, col] < 0:
                continue
            for m in range(span * span):
                i, j = row + m // span - REACH, col + m % span - REACH
                inside = 0 <= i < number.shape[0] and 0 <= j < number.shape[1]
                if inside and number[i, j] >= 0:
                    partner[found], block[found] = number[i, j], m
                    found += 1
            begins[number[row, col] + 1] = found
    return partner[:found].copy(), block[:found].copy(), begins


@njit(cache=True, nogil=True)
def pack(blocks, partner, block, begins, place, lift, least):
    """The coarse matrix as sorted columns (values, rows, where columns begin); it is symmetric.

    Node i stands at `place[i]`. `lift` is the share of the diagonal that is added to it, and
    `least` what is added anyway.
    """
    at = np.zeros(len(place) * COLOURS + 1, np.int32)
    for node in range(len(place)):
        first = place[node] * COLOURS + 1
        at[first : first + COLOURS] = (begins[node + 1] - begins[node]) * COLOURS
    at = np.cumsum(at).astype(np.int32)
    rows, values = np.empty(at[-1], np.int32), np.empty(at[-1])
    for node in range(len(place)):
        links = begins[node] + np.argsort(place[partner[begins[node] : begins[node + 1]]])
        for a in range(COLOURS):
            k = at[place[node] * COLOURS + a]
            for link in links:
                for b in range(COLOURS):
                    rows[k] = place[partner[link]] * COLOURS + b
                    values[k] = blocks[node, block[link], a, b]
                    if partner[link] == node and a == b:
                        values[k] += values[k] * lift + least
                    k += 1
    return values, rows, at


@njit(cache=True, nogil=True)
def restrict(rgb, runs, width, cell, share, number, mean, fine, coarse):
    """coarse = Pᵀ fine."""
    nodes = np.empty(4, np.int64)
    values = np.empty((4, COLOURS))
    coarse[:] = 0.0
    for r in range(runs.shape[0]):
        row = runs[r, 0] // width
        for i in range(runs[r, 0], runs[r, 1]):
            col = i - row * width
            basis(rgb, i, row, col, cell, share, number, mean, nodes, values)
            for n in range(4):
                if nodes[n] >= 0:
                    for c in range(COLOURS):
                        coarse[nodes[n] * COLOURS + c] += values[n, c] * fine[i]


@njit(cache=True, nogil=True)
def prolong(rgb, runs, width, cell, share, number, mean, coarse, fine):
    """fine += P coarse."""
    nodes = np.empty(4, np.int64)
    values = np.empty((4, COLOURS))
    for r in range(runs.shape[0]):
        row = runs[r, 0] // width
        for i in range(runs[r, 0], runs[r, 1]):
            col = i - row * width
            basis(rgb, i, row, col, cell, share, number, mean, nodes, values)
            total = 0.0
            for n in range(4):
                if nodes[n] >= 0:
                    for c in range(COLOURS):
                        total += values[n, c] * coarse[nodes[n] * COLOURS + c]
            fine[i] += total
