# SPDX-License-Identifier: GPL-3.0-or-later
"""``vigo-bridge build``: the images that a stack describes."""

from __future__ import annotations

import click

from vigo_bridge.app.options import StackOptions
from vigo_bridge.cli.completion import complete_builds
from vigo_bridge.cli.options import output_option, stack_options


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME]...", shell_complete=complete_builds)
@click.option(
    "--tag",
    default="",
    help="The tag of the images. Default: the last commit that changed the build.",
)
@click.option(
    "--registry",
    default="",
    metavar="HOST[/PATH]",
    envvar="VIGO_BRIDGE_REGISTRY",
    help="The registry for images whose names do not contain one.",
)
@click.option("--push/--no-push", default=True, help="Whether to push the images.  [default: push]")
@click.option(
    "--no-set", is_flag=True, help="Leave the stack's variables as they are; only show the values."
)
@output_option
@stack_options
@click.pass_context
def build(
    context: click.Context,
    stack: StackOptions,
    names: tuple[str, ...],
    tag: str,
    registry: str,
    push: bool,
    no_set: bool,
    output: str,
) -> None:
    """Build images with docker, push them, and set the variables that name them.

    NAME is a build in the folder builds/ of the stack; without it, all are built. The variable of
    each build gets the image's name with its digest, so that `run` updates the containers, and
    another rollout uses the same image. Variables are set only if all builds succeed.
    """
    from vigo_bridge.app.build import BuildOptions, build_images

    how = BuildOptions(tag=tag, registry=registry, push=push, sets=not no_set)
    context.exit(build_images(names, stack, how, output))
