"""Programs that write into arrays: elements, slices, masks, views, rows, arguments; in branches, loops and helpers."""

import numpy as np
import pytest

import s2s_ad
from tests.agree import agrees, same
from tests.language.cases import Cases

case = Cases()
rng = np.random.default_rng(11)
V, W = rng.standard_normal(6), rng.standard_normal(6)
A, B = rng.standard_normal((4, 3)), rng.standard_normal((4, 3))
S = np.eye(4) * 5.0 + 0.3 * rng.standard_normal((4, 4))
SPD = S @ S.T


# --- one name, two names ----------------------------------------------------------------------------------------------


@case((V,))
def two_names(y):
    z = y
    z += 1
    return np.sum(y * y)


@case((V,))
def name_of_a_copy(y):
    z = y.copy()
    z *= y
    return np.sum(y * z)


@case((V,))
def overwritten_after_use(x):
    s = np.sum(x * x)
    x[0] = s
    x *= x[1]
    x[2:] = x[:-2] * s
    return np.sum(x * x) + s


@case((V,))
def swaps_elements(y):
    y[0], y[1] = y[1], y[0]
    return y[0] * 2.0 + y[1] * y[1] * y[0]


@case((A,))
def swaps_rows_as_numpy_does(a):
    a[0], a[1] = a[1], a[0]  # the right side holds views: the first row is gone before it is read
    return np.sum(a * a * np.arange(12.0).reshape(4, 3))


@case((V,))
def chained(x):
    y = np.zeros(6)
    y[1:3] = z = x[0] * x[2:4]
    z[0] = 3.0
    return np.sum(y * y) + np.sum(z * x[0])


@case((V, W))
def both_ways(x, y):
    x[1:], y[:-1] = y[1:] * 2.0, x[:-1] * x[1:]
    return np.sum(x * y)


@case((V,))
def swapped_names(x):
    a, b = np.zeros(6), x * 2.0
    for i in range(6):
        a[i] = b[i] * b[i - 1]
        a, b = b, a
    return np.sum(a * a) + np.sum(b)


@case((V,))
def buffers(x):
    u, new = x.copy(), np.zeros(6)
    for _ in range(3):
        new[1:-1] = u[1:-1] * u[2:] + 0.1 * u[:-2]
        u, new = new, u
    return np.sum(u * u)


# --- elements, slices, masks, selections -----------------------------------------------------------------------------


@case((V, 2.0), (V, 3))
def every_operator(x, k):
    x[0] += k
    x[1] -= k * x[0]
    x[2] *= x[1]
    x[3] /= x[2] + k
    x[4] **= 2
    x[1:] += x[0]
    x[:2] -= x[1:3]
    x[::2] *= k
    x[-3:] /= x[0] * x[0] + 1.0
    return np.sum(x * x)


@case((V,))
def overlapping(y):
    y[1:] = y[:-1] * y[1:]
    y[:-1] = y[1:]
    y[:3] += y[2::-1]
    return np.sum(y * y * np.arange(6.0))


@case((V,), (-np.abs(V),))
def masks(a):
    a[a < 0] *= 2.0
    a[a > 1.0] = 0.5
    a[a < 0.4] += a[0]
    b = np.where(a > 0, a, 0.0)
    b[b == 0.0] = np.sum(a)
    return np.sum(a * b)


@case((V, W[:3]))
def masked_values(a, v):
    m = np.array([True, False, True, False, False, True])
    a[m] = v * a[m]
    return np.sum(a * a)


@case((V, W[:4]))
def repeated_index(a, v):
    at = np.array([1, 3, 1, 1])
    a[at] = v
    a[np.array([0, 0, 2])] += a[3:] * v[0]
    a[np.array([4, 4])] *= 3.0
    return np.sum(a * a)


@case((A, V[:3]))
def broadcast_writes(a, v):
    a[:] = a * v
    a[1] = 2.0 * v
    a[:, 0] = v[0]
    a[2:, 1:] += v[1:]
    a += v
    a[..., -1] *= v[2]
    return np.sum(a * a)


@case((A, np.array([0, 2, 2])))
def mixed_index(a, j):
    a[1, j] = a[0, :] * 2.0
    a[np.array([0, 3]), 1:] = a[1, 1:]
    a[np.arange(3), j] += 1.0
    return np.sum(a * a)


@case((V, 2), (V, -1))
def index_known_when_it_runs(x, i):
    x[i] = x[i - 1] * x[0]
    x[i - 1] += x[i] * x[i]
    return np.sum(x * x)


def narrow(x):
    x[1:] *= 2.5
    x[0] = 3.0 * x[1]
    x /= 2.0
    return np.sum(x * x)


# --- views ------------------------------------------------------------------------------------------------------------


@case((V,))
def interior(u):
    inner = u[1:-1]
    for _ in range(4):
        inner += 0.1 * inner * (u[2:] - 2.0 * inner + u[:-2])
    return np.sum(u**2)


@case((V,))
def view_of_a_view(x):
    v = x[1:]
    w = v[::2]
    w *= v[0]
    v[1] = w[0] * w[1]
    return np.sum(x * x) + np.sum(w * v[:3])


@case((V,))
def kept_across_a_write(x):
    v = x[:3]
    x[0] = x[1] * x[2]
    x *= 2.0
    return np.sum(v * v) + np.sum(x)


@case((A,))
def transposed(a):
    t = a.T
    t[0] = t[1] * t[2]
    a[3, 1] = t[0, 0] * t[2, 3]
    t += 1.0
    t[:, 1:3] *= 2.0
    return np.sum(a * a)


@case((A,))
def reshaped(a):
    b = np.zeros((4, 3))
    b[:] = a
    flat = b.reshape(-1)
    flat[::5] = flat[1] * flat[2]
    b[1] *= 2.0
    r = b.ravel()
    r[0] *= r[5]
    c = np.expand_dims(b, 0)
    c[0, 1, 2] = b[0, 0]
    return np.sum(b * b) + np.sum(flat)


@case((V,))
def reshaped_argument(x):
    m = x.reshape(2, 3)
    m[1] += m[0] * m[1]
    return np.sum(x * x)


@case((A,))
def rows(a):
    for row in a:
        row *= row[0]
        row[1] = row[2] * 2.0
    return np.sum(a * a)


@case((A, B))
def rows_in_step(a, b):
    for i, (row, other) in enumerate(zip(a, b)):
        row += other * i
        other[0] = row[1] * row[2]
    return np.sum(a * a) + np.sum(b * b)


@case((A,))
def rows_of_what_changes(a):
    s = 0.0
    for row in a:
        s += np.sum(row * row)
        a[3] = row * 2.0
    return s


@case((V,))
def elements_of_what_changes(x):
    s = 0.0
    i = 0
    for v in x:
        s += v * v
        x[(i + 1) % 6] += v
        i += 1
    return s * x[0]


@case((A,))
def row_by_number(a):
    for i in range(4):
        row = a[i]
        for j in range(1, 3):
            row[j] += row[j - 1] * row[j]
    return np.sum(a * a)


@case((A, 1))
def row_read_after_the_loop(a, n):
    row = a[0]
    for i in range(n):
        row = a[i] * 2.0
        row[0] = 1.0
    return np.sum(row * row)


# --- branches and loops -----------------------------------------------------------------------------------------------


@case((V,), (-V,))
def in_a_branch(x):
    if x[0] > 0:
        x[1] = x[0] * x[0]
        y = x
    else:
        x[2:] *= x[1]
        y = x[:3] * 2.0
    return np.sum(y * y) + np.sum(x)


@case((V,), (-np.abs(V),))
def until(x):
    y = np.zeros(6)
    for i in range(6):
        if x[i] < -0.5:
            break
        y[i] = x[i] * x[i]
        x[i] = y[i] + 1.0
    return np.sum(x * y) + np.sum(x)


@case((V,))
def while_it_is_small(x):
    n = 0
    while np.sum(x * x) < 50.0 and n < 20:
        x[n % 6] *= 1.0 + x[0] * x[0]
        x *= 1.2
        n += 1
    return np.sum(x)


@case((V,))
def returned_from_a_loop(x):
    y = np.ones(6)
    for i in range(1, 6):
        y[i] = y[i - 1] * x[i]
        if y[i] > 0.7:
            return np.sum(y * y)
    return y[-1]


@case((V,))
def prefix_sums(x):
    for i in range(1, len(x)):
        x[i] += x[i - 1]
    return np.sum(x * x)


@case((V,))
def prefix_products(x):
    y = np.empty(len(x))
    y[0] = x[0]
    for i in range(1, len(x)):
        y[i] = y[i - 1] * x[i]
    return np.sum(y * y)


@case((A,))
def nested_loops(a):
    n, m = a.shape
    for i in range(1, n):
        for j in range(m):
            a[i, j] = a[i, j] * a[i - 1, j] + a[i, j - 1]
        a[i] /= 2.0
    return np.sum(a * a)


@case((SPD,))
def cholesky_logdet(a):
    n = a.shape[0]
    for j in range(n):
        a[j, j] = np.sqrt(a[j, j])
        for i in range(j + 1, n):
            a[i, j] /= a[j, j]
        for i in range(j + 1, n):
            for k in range(j + 1, i + 1):
                a[i, k] -= a[i, j] * a[k, j]
    logdet = 0.0
    for j in range(n):
        logdet += 2.0 * np.log(a[j, j])
    return logdet


@case((S, V[:4], 3))
def gauss_seidel(a, b, sweeps):
    x = np.zeros_like(b)
    for _ in range(sweeps):
        for i in range(len(b)):
            s = b[i]
            for j in range(len(b)):
                if j != i:
                    s -= a[i, j] * x[j]
            x[i] = s / a[i, i]
    return np.sum(x * x)


@case((V[:4], V[1:5] + 4.0, W[:4], A[0:4, 1].copy()))
def thomas(a, b, c, d):
    n = len(d)
    for i in range(1, n):
        w = a[i] / b[i - 1]
        b[i] -= w * c[i - 1]
        d[i] -= w * d[i - 1]
    x = np.zeros(n)
    x[-1] = d[-1] / b[-1]
    for i in range(n - 2, -1, -1):
        x[i] = (d[i] - c[i] * x[i + 1]) / b[i]
    return np.sum(x * x)


@case((np.abs(S),))
def floyd_warshall(d):
    n = d.shape[0]
    for k in range(n):
        d[:] = np.minimum(d[:], d[:, k : k + 1] + d[k : k + 1, :])
    return np.sum(d * d)


@case((V,))
def grown_from_a_number(x):
    s = 0.0
    for i in range(3):
        s += x * i
    s += x
    return np.sum(s * s)


# --- helpers ----------------------------------------------------------------------------------------------------------


def scale(u, k):
    u *= k
    u[0] += 1.0


def relax(u, w):
    u[1:-1] = (1 - w) * u[1:-1] + w * (u[2:] + u[:-2]) / 2.0
    return u


def first_row(a):
    return a[0]


@case((V, 3.0))
def helper_writes(x, k):
    scale(x, k)
    scale(x[2:], x[0])
    return np.sum(x * x)


@case((V, 0.7))
def helper_returns_what_it_changed(x, w):
    y = relax(x, w)
    y[0] *= 2.0
    relax(relax(x, w), w)
    return np.sum(x * x * y)


@case((A,))
def helper_returns_a_view(a):
    row = first_row(a)
    row *= 2.0
    scale(first_row(a), row[1])
    return np.sum(a * a)


@case((A,))
def lambda_and_closure(a):
    get = lambda i: a[i]  # noqa: E731

    def put(i, v):
        a[i] = v

    put(1, get(0) * 2.0)
    b = get(2)
    b -= 1.0
    return np.sum(a * a)


@case((V, W))
def arrays_in_containers(x, y):
    pair = (x, y)
    both = [x, y]
    table = {"x": x}
    pair[0][1] *= 2.0
    both[1] += x
    table["x"][0] = 5.0 * y[0]
    return np.sum(x * y)


@case((V, W))
def walked_in_a_list(x, y):
    total = np.array(0.0)
    for u in [x, y, x]:
        u *= 2.0
        total += np.sum(u * u)
    return total * x[0]


@case(({"w": V, "b": W},), ({"w": V, "b": W * 2.0},))
def dict_argument(p):
    p["w"] *= 2.0
    p["b"][1:] = p["w"][:-1]
    return np.sum(p["w"] * p["b"])


def fourier(x):
    n = len(x)
    if n == 1:
        return x
    even, odd = fourier(x[::2]), fourier(x[1::2])
    k = np.arange(n // 2)
    turned = odd * np.cos(2.0 * np.pi * k / n)
    y = np.zeros(n)
    y[: n // 2] = even + turned
    y[n // 2 :] = even - turned
    return y


@case((V[:4],))
def recursion_on_parts(x):
    return np.sum(fourier(x * x) ** 2)


def halved(x, n):
    if n == 0:
        return np.sum(x * x)
    x[0] *= 0.5 * x[1]
    return halved(x, n - 1) * x[0]


@case((V,))
def recursion_that_writes(x):
    return halved(x, 3)


# --- functions that change an array ----------------------------------------------------------------------------------


@case((V, W))
def into_out(x, y):
    np.multiply(x, x, out=y)
    np.add(y[1:], x[:-1], y[:-1])
    z = np.sin(x, out=np.empty(6))
    np.cumsum(z * y, out=x)
    return np.sum(x * y * z)


@case((V, W[:4]))
def add_at(x, v):
    at = np.array([1, 3, 1, 1])
    np.add.at(x, at, v * x[0])
    np.subtract.at(x, np.array([0, 0]), v[1] * v[2])
    return np.sum(x * x)


@case((S,))
def filled(a):
    np.fill_diagonal(a, a[0, 1])
    b = np.empty((2, 3))
    b.fill(a[1, 2])
    c = np.zeros(4)
    np.copyto(c, a[1] * b[0, 0])
    return np.sum(a * a) + np.sum(b) * np.sum(c * c)


@case((V,))
def clipped_and_unclipped(x):
    y = np.clip(x, -0.5, 0.5)
    y *= x
    return np.sum(y * x)


@pytest.mark.parametrize("f, point", case.found)
def test_writes(f, point):
    agrees(f, *point)


def test_float32_stays_float32():
    value, gradient = s2s_ad.value_and_grad(narrow)(V.astype(np.float32))
    assert gradient.dtype == np.float32 and value.dtype == np.float32
    agrees(narrow, V)


@pytest.mark.parametrize(
    "f", [two_names, overwritten_after_use, interior, rows, helper_writes], ids=lambda f: f.__name__
)
def test_arguments_stay_as_they_are(f):
    x = A.copy() if f is rows else V.copy()
    before = x.copy()
    args = (x, 3.0) if f is helper_writes else (x,)
    s2s_ad.grad(f)(*args)
    s2s_ad.value_and_grad(f)(*args)
    s2s_ad.vjp(f, *args)[1](1.0)
    s2s_ad.jvp(f, args, (np.ones_like(x), 1.0)[: len(args)])
    assert np.array_equal(x, before)


def writes_first(x, y):
    x[0] = y[1] * 2.0
    return np.sum(x * y)


G = V.copy()


def reads_global(x):
    x[1] *= 3.0
    return np.sum(x * G)


@pytest.mark.parametrize("transform", ["grad", "value_and_grad", "vjp", "jvp"])
def test_arguments_that_share_memory_are_refused(transform):
    def derivative(f, *args):
        if transform == "jvp":
            return s2s_ad.jvp(f, args, tuple(map(np.ones_like, args)))
        return s2s_ad.vjp(f, *args) if transform == "vjp" else getattr(s2s_ad, transform)(f)(*args)

    x = V.copy()
    for args in ((x, x), (x, x[::-1]), (x[1:], x[:-1])):
        with pytest.raises(s2s_ad.UnsupportedError, match="x is written to, and shares memory with y"):
            derivative(writes_first, *args)
    with pytest.raises(s2s_ad.UnsupportedError, match="shares memory with G"):
        derivative(reads_global, G)
    derivative(writes_first, x[::2], x[1::2])
    derivative(writes_first, x, V.copy())
    derivative(reads_global, x)


def leaves_in_arguments(a, b, k):
    for i in range(len(a)):
        a[i] *= k * b[i - 1]
    b[0] = a[0] * a[1]


def test_what_is_left_in_an_argument():
    def returned(a, b, k):
        a, b = a.copy(), b.copy()
        leaves_in_arguments(a, b, k)
        return b, a

    args = (V, W, 2.0)
    want, pull_want = s2s_ad.vjp(returned, *args)
    got, pull_got = s2s_ad.vjp(leaves_in_arguments, *args, of=("b", "a"))
    ct = (A[:2].ravel(), B[:2].ravel())
    same(got, want)
    same(pull_got(ct), pull_want(ct))
    _, pull_a = s2s_ad.vjp(leaves_in_arguments, *args, of="a")
    same(pull_a(ct[1]), pull_want((np.zeros(6), ct[1])))
    tangents = (W, V, 1.0)
    value, dot = s2s_ad.jvp(leaves_in_arguments, args, tangents, of=("return", "b"))
    assert value[0] is None and dot[0] is None
    same(dot[1], s2s_ad.jvp(returned, args, tangents)[1][0])
    with pytest.raises(s2s_ad.KindError, match="returns nothing and changes a, b"):
        s2s_ad.vjp(leaves_in_arguments, *args)
    with pytest.raises(s2s_ad.KindError, match="has no parameter 'c'"):
        s2s_ad.vjp(leaves_in_arguments, *args, of="c")


# --- refused: what NumPy would not do either, or where it cannot be decided which memory is meant ---------------------


def kept_in_a_list(a):
    xs = []
    for i in range(len(a) + 1):
        xs.append(a)
        a *= 2.0
    return sum(np.sum(x) for x in xs)


def global_array(a):
    G[0] = a[0, 0]
    return np.sum(G)


def wrong_kind(a):
    n = np.arange(3)
    n += a[0]
    return np.sum(n * a[0])


def another_shape(a):
    a[:1] += a
    b = a[0]
    b += a
    return np.sum(a)


first_gradient = s2s_ad.grad(writes_first)


def gradient_of_what_writes(a):
    return np.sum(first_gradient(a[0], a[0, ::-1]))


def writes_and_calls_itself(a, n=3):
    if np.sum(a) > n:
        return np.sum(a * a)
    a += 1.0
    return writes_and_calls_itself(a, n) * a[0, 0]


@pytest.mark.parametrize(
    "f",
    [
        kept_in_a_list,
        global_array,
        wrong_kind,
        another_shape,
        gradient_of_what_writes,
        writes_and_calls_itself,
    ],
    ids=lambda f: f.__name__,
)
def test_refused(f):
    with pytest.raises(s2s_ad.DifferentiationError) as caught:
        s2s_ad.grad(f)(A)
    assert caught.value.span.function == f.__name__ and caught.value.remedy
