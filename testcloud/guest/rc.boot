#!/bin/sh
# The guest's start: SSH server, DHCP on every interface, then key, name and user data from the metadata service.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mkdir -p /dev/pts
mount -t devpts devpts /dev/pts
mount -t tmpfs tmpfs /run
mount -t tmpfs tmpfs /tmp
chmod 1777 /tmp
echo "=== guest boot" >/dev/console
echo "0 2147483647" >/proc/sys/net/ipv4/ping_group_range
ifconfig lo 127.0.0.1 up
acpid -c /etc/acpi >/dev/null 2>&1 &
for t in ed25519 ecdsa; do
  k=/etc/dropbear/dropbear_${t}_host_key
  [ -s $k ] || dropbearkey -t $t -f $k >/dev/null 2>&1
done
sync
dropbear -s -r /etc/dropbear/dropbear_ed25519_host_key -r /etc/dropbear/dropbear_ecdsa_host_key
for i in /sys/class/net/eth*; do
  n=${i##*/}
  ifconfig "$n" up
  udhcpc -i "$n" -s /etc/udhcpc -b -t 20 -T 2 -A 3 -O staticroutes -O mtu -S >/dev/console 2>&1
done
# Debian's busybox wget crashes with -T, hence timeout.
metadata() { timeout 5 wget -q -O - "http://169.254.169.254/latest/$1" 2>/dev/null; }
(
  i=0
  until metadata meta-data/instance-id >/dev/null || [ $i = 20 ]; do
    i=$((i + 1))
    sleep 1
  done
  key=$(metadata meta-data/public-keys/0/openssh-key)
  for h in /home/cirros /root; do
    [ -n "$key" ] || break
    mkdir -p $h/.ssh
    echo "$key" >$h/.ssh/authorized_keys
    chmod 700 $h/.ssh
    chmod 600 $h/.ssh/authorized_keys
  done
  chown -R 1000:1000 /home/cirros
  name=$(metadata meta-data/hostname)
  [ -z "$name" ] || hostname "${name%%.*}"
  metadata user-data >/run/user-data && head -1 /run/user-data | grep -q '^#!' && sh /run/user-data >/dev/console 2>&1
  echo "=== guest ready: $(hostname) key=${key:+yes} uptime $(cut -d' ' -f1 /proc/uptime)" >/dev/console
) &
