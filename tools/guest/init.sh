#!/bin/busybox sh
# First process of the guest: runs the program and powers off. What it prints goes to the second
# serial port, the kernel's messages to the first.
/bin/busybox --install -s /bin
export PATH=/usr/bin:/bin HOME=/root NO_COLOR=1
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
mount -t tmpfs tmpfs /tmp
mount -t tmpfs tmpfs /run
mount -t tracefs tracefs /sys/kernel/tracing
mount -t cgroup2 cgroup2 /sys/fs/cgroup
mount -t bpf bpf /sys/fs/bpf
ip link set lo up
stty -F /dev/ttyS1 raw -echo
cd /hftmon
node $(cat /program-arguments) >/dev/ttyS1 2>/dev/ttyS0
printf '\nexit %d\n' $? >/dev/ttyS1
sync
poweroff -f
