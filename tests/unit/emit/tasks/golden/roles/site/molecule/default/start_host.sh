# Starts the SSH server of a host, and installs it and Python if they are missing.
if ! command -v sshd || ! command -v python3; then
    apt-get update -q
    DEBIAN_FRONTEND=noninteractive \
        apt-get install -qy --no-install-recommends openssh-server python3
fi
mkdir -p /run/sshd ~root/.ssh
chmod 700 ~root/.ssh
echo "$AUTHORIZED_KEY" > ~root/.ssh/authorized_keys
ssh-keygen -A
rm -f /run/sshd.pid
exec "$(command -v sshd)" -D -e
