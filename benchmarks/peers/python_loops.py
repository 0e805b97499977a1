"""Loops for tools that record what Python does."""


def loop(n, body, carry):
    for _ in range(n):
        carry = body(carry)
    return carry


def repeat(condition, body, carry):
    while condition(carry):
        carry = body(carry)
    return carry


def scan(stack):
    def scan(body, carry, rows):
        found = []
        for row in zip(*rows):
            carry, out = body(carry, row)
            found.append(out)
        return carry, stack(found)

    return scan
