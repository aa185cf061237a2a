# SPDX-License-Identifier: GPL-3.0-or-later
"""An engine in memory, spoken to by the same calls as a real one.

It is held to real engines by ``tests/engine_contract.yml``. Its time is its own: who waits for a
container does not wait.

    engine     what it holds, and the way to it: method, path and body to an answer
    containers, commands, images, networks, volumes
               the calls about these
    answers    what calls have in common
    boxes      containers: their states, and what their programs do
    payloads   what it shows of containers and images
    streams    answers that come line by line
    clock      its time
    faults     calls that fail, hang or break off
    use        tests with it: the collection's engines are this one
"""
