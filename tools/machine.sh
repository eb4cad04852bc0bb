#!/bin/sh
# Runs a program in a machine that this one is not, which QEMU emulates: with several NUMA nodes, or with larger
# pages. No such hardware is needed, nor privileges, nor KVM.
#
#   tools/machine.sh [OPTION]... MACHINE [NAME=VALUE]... PROGRAM [ARGUMENT]...
#
#   -t SECONDS   how long the machine may run at most, its start included (300)
#   -f PATH      copies a file or folder too, to the same path; several times if wanted
#   -k OPTIONS   more options for the kernel, such as "transparent_hugepage=never"
#   -m MIB       memory of each node that has some (two: 3072, four: 1024, pages16k: 2048)
#
#   two          two nodes with two CPUs each, distance 20; on each one page of 1 GiB and 32 of 2 MiB
#   four         node 0: two CPUs, node 1: one, node 2: one CPU and no memory, node 3: memory and no CPU;
#                on 0, 1 and 3 each 32 pages of 2 MiB; six different distances
#   pages16k     64-bit ARM with pages of 16 KiB and two CPUs
#
# The program is a file of this machine, for x86_64, or for pages16k one that was cross-compiled for arm64. It is
# copied with its libraries, to a folder of its own unless -f has brought it, and runs as root in an empty folder,
# with nothing of this machine's environment but what is given as NAME=VALUE. Its standard output and error come
# out here at the end, both on standard output, and its exit status is this script's. 124: the time was up; 125: the
# machine failed, and the end of what its kernel said is on standard error.
#
# The kernels are Debian's, unpacked by unpack-debian.sh in a cache outside the source tree.
set -eu

tools=$(cd "$(dirname "$0")" && pwd)
mark='tophash: exit status'

usage() {
    sed -n 's/^#   //p' "$0" >&2
    exit 2
}

limit=300
memory=
options=
copied=
while getopts t:f:k:m: option; do
    case $option in
    t) limit=$OPTARG ;;
    f) copied="$copied
$OPTARG" ;;
    k) options=$OPTARG ;;
    m) memory=$OPTARG ;;
    *) usage ;;
    esac
done
shift $((OPTIND - 1))
[ $# -ge 2 ] || usage
machine=$1
shift

# node NUMBER CPUS MIB: what QEMU is told of a node; no CPUs: "-", no memory: 0
total=0
nodes=
node() {
    nodes="$nodes -numa node,nodeid=$1"
    [ "$2" = - ] || nodes="$nodes,cpus=$2"
    if [ "$3" != 0 ]; then
        nodes="$nodes,memdev=memory$1 -object memory-backend-ram,id=memory$1,size=$3M"
        total=$((total + $3))
    fi
}

# distance FROM TO UNITS, both ways
distance() {
    nodes="$nodes -numa dist,src=$1,dst=$2,val=$3 -numa dist,src=$2,dst=$1,val=$3"
}

# The common ones: x86_64, whose second serial line is the program's.
qemu='qemu-system-x86_64 -machine pc -cpu max'
suite='bookworm amd64'
packages=of:linux-image-cloud-amd64
console=ttyS0
output=ttyS1
lines="-serial file:output"
case $machine in
two)
    node 0 0-1 "${memory:-3072}"
    node 1 2-3 "${memory:-3072}"
    distance 0 1 20
    cpus=4,sockets=2,cores=2
    pools='hugepagesz=1G hugepages=0:1,1:1 hugepagesz=2M hugepages=0:32,1:32'
    ;;
four)
    node 0 0-1 "${memory:-1024}"
    node 1 2 "${memory:-1024}"
    node 2 3 0
    node 3 - "${memory:-1024}"
    distance 0 1 21
    distance 0 2 22
    distance 0 3 23
    distance 1 2 24
    distance 1 3 25
    distance 2 3 26
    cpus=4,sockets=4,cores=1
    pools='hugepagesz=2M hugepages=0:32,1:32,3:32'
    ;;
pages16k)
    total=${memory:-2048}
    cpus=2
    pools=
    qemu='qemu-system-aarch64 -machine virt -cpu max,pauth=off'
    suite='trixie arm64'
    packages='of:linux-image-arm64-16k busybox-static'
    console=ttyAMA0
    output=ttyS0
    lines='-chardev file,id=output,path=output -device pci-serial,chardev=output'
    ;;
*) usage ;;
esac

# Kernel and, if it is not this machine's, busybox.
# shellcheck disable=SC2086
set_up_kernel() {
    rm -rf "$cache.$$"
    "$tools/unpack-debian.sh" $suite "$cache.$$" $packages >&2
    mv "$cache.$$"/boot/vmlinuz-* "$cache.$$/vmlinuz"
    mv "$cache.$$" "$cache"
}
cache=${XDG_CACHE_HOME:-$HOME/.cache}/tophash/machine-${suite#* }
[ -e "$cache/vmlinuz" ] || set_up_kernel
busybox=$cache/usr/bin/busybox
[ -e "$busybox" ] || busybox=$(command -v busybox)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root
mkdir -p "$root/bin" "$root/program" "$root/work" "$root/etc"

# The libraries of programs, one a line, as files of this machine.
libraries_of() {
    case $suite in
    *amd64) ldd "$@" 2>/dev/null | sed -n 's/.*[[:space:]]\(\/[^ ]*\) (0x.*/\1/p' ;;
    *) cross_libraries_of "$@" ;;
    esac
}

# The same of arm64, for which there is no ldd: those that they name, and those that these name.
cross_libraries_of() {
    aarch64-linux-gnu-readelf -ldW "$@" 2>/dev/null |
        sed -n 's/.*(NEEDED).*\[\(.*\)\]$/\1/p; s/.*program interpreter: .*\/\(.*\)\]$/\1/p' | sort -u |
        while read -r name; do
            library=/usr/aarch64-linux-gnu/lib/$name
            echo "$library"
            cross_libraries_of "$library"
        done
}

# put PATH FOLDER: copies a file or a folder into one, and the libraries of what is a program in it.
put() {
    mkdir -p "$2"
    cp -aL "$1" "$2"
    find "$1" -type f \( -perm /111 -o -name '*.so*' \) | while read -r program; do
        libraries_of "$program"
    done | sort -u | while read -r library; do
        case $library in "$1"/*) continue ;; esac
        to=$root${library#/usr/aarch64-linux-gnu}
        [ -e "$to" ] || { mkdir -p "$(dirname "$to")" && cp -L "$library" "$to"; }
    done
}

echo "$copied" | grep . | while read -r path; do
    put "$path" "$root$(dirname "$path")"
done

# The program's call, in quotes that the machine's shell takes off again.
call=env
while [ $# -gt 0 ]; do
    case $1 in
    *=*) ;;
    *) break ;;
    esac
    call="$call '$(printf %s "$1" | sed "s/'/'\\\\''/g")'"
    shift
done
[ $# -gt 0 ] || usage
if [ -e "$root$1" ]; then
    call="$call $1" # came with -f
else
    [ -f "$1" ] || { echo "tophash: no program $1" >&2 && exit 2; }
    put "$1" "$root/program"
    call="$call /program/$(basename "$1")"
fi
shift
for argument in "$@"; do
    call="$call '$(printf %s "$argument" | sed "s/'/'\\\\''/g")'"
done

cp -L "$busybox" "$root/bin/busybox"
echo 'root:x:0:0::/work:/bin/sh' >"$root/etc/passwd"
cat >"$root/init" <<END
#!/bin/busybox sh
export PATH=/bin HOME=/work TERM=dumb
/bin/busybox --install -s /bin
mkdir -p /proc /sys /dev /tmp
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev
mkdir -p /dev/shm
mount -t tmpfs tmpfs /dev/shm
ip link set lo up
cd /work
stty -F /dev/$output raw
{
    $call
    printf '\n$mark %3d\n' \$?
} >/dev/$output 2>&1 </dev/null
poweroff -f
END
chmod +x "$root/init"
(cd "$root" && find . | cpio --quiet -o -H newc) >"$work/initrd"

# Pages stay where they were put: the kernel's own balancing, which moves them to who uses them, is off. The kernel
# lies at a fixed address: at a random one it can take the only free GiB of a node, whose 1 GiB page then comes from
# another node.
status=0
cd "$work"
# shellcheck disable=SC2086
timeout -k 5 "$limit" $qemu -accel tcg,thread=multi \
    -nodefaults -display none -monitor none -no-reboot \
    -m "$total" -smp "$cpus" $nodes -kernel "$cache/vmlinuz" -initrd initrd \
    -serial file:console $lines \
    -append "console=$console panic=-1 quiet nokaslr numa_balancing=disable $pools $options" >qemu 2>&1 ||
    status=$?

last=$(tail -n 1 output 2>/dev/null || true)
case $last in
"$mark "*)
    head -c "-$((${#mark} + 6))" output
    exit $((${last#"$mark"}))
    ;;
esac
cat output 2>/dev/null || true
cat qemu >&2
if [ "$status" = 124 ] || [ "$status" = 137 ]; then
    echo "tophash: the machine did not end within $limit seconds" >&2
    exit 124
fi
tail -n 80 console >&2 || true
echo "tophash: the machine failed" >&2
exit 125
