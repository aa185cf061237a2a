#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Creates the authority of a mesh and the key that signs its work, unless they exist, and then the
# certificates of receptors: certify.sh FOLDER NAME=ADDRESS...
# NAME: the node ID. ADDRESS: the name or IP address that others connect to.
set -eu
umask 077
mkdir -p "$1"
cd "$1"
shift
if [ ! -e ca.key ]; then
    receptor --cert-init commonname=mesh bits=2048 outcert=ca.crt outkey=ca.key
    openssl genrsa -out work.key 2048
    openssl rsa -in work.key -pubout -out work.pub
fi
for node; do
    name=${node%%=*}
    address=${node#*=}
    case $address in
    *[!0-9.]*) kind=dnsname ;;
    *) kind=ipaddress ;;
    esac
    mkdir -p "$name"
    receptor --cert-makereq bits=2048 commonname="$name" nodeid="$name" "$kind=$address" \
        outreq="$name/node.req" outkey="$name/node.key"
    receptor --cert-signreq req="$name/node.req" cacert=ca.crt cakey=ca.key \
        outcert="$name/node.crt" verify=yes
    rm "$name/node.req"
    cp ca.crt work.pub "$name"
done
