/*
 * The only way between two network namespaces: two TUN devices, and this program, which carries packets from one to the other, late or not at all. It stands in for netem, which not every kernel has.
 *
 *   tun-relay CONTROL PID ADDRESS PID ADDRESS
 *
 * The processes are those that hold the namespaces; each gets a device with its own address, and the other's as its peer. The control file is mapped, so a change holds at once:
 *   int32 delay     milliseconds that each packet is late
 *   int32 loss      of 1,000 packets
 *   int32 cut       1: nothing gets through, and nobody is told
 *   int32 epoch     flows that were there when it last changed are swallowed silently from then on, and new ones get through
 *   uint32 carried, dropped
 * Says "ready" when both devices are up.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum { PACKET = 2048, QUEUE = 16384, FLOWS = 65536, TCP = 6, SYN = 2, ACK = 16 };

struct control { int32_t delay, loss, cut, epoch; uint32_t carried, dropped; };
struct packet { int64_t due; int to, size; uint8_t bytes[PACKET]; };

static volatile struct control *control;
static struct packet *queue;
static int first, waiting;

/* Of each flow, by its two ports: the epoch in which its SYN went by. */
static int32_t born[FLOWS];

static int64_t now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

static int device(const char *pid, const char *own, const char *peer)
{
    char path[64], line[256];
    snprintf(path, sizeof path, "/proc/%s/ns/net", pid);
    int space = open(path, O_RDONLY);
    if (space < 0 || setns(space, CLONE_NEWNET) < 0) {
        perror("setns");
        exit(1);
    }
    close(space);
    int fd = open("/dev/net/tun", O_RDWR);
    struct ifreq request = { .ifr_flags = IFF_TUN | IFF_NO_PI };
    strcpy(request.ifr_name, "relay0");
    if (fd < 0 || ioctl(fd, TUNSETIFF, &request) < 0) {
        perror("/dev/net/tun");
        exit(1);
    }
    snprintf(line, sizeof line, "ip address add %s peer %s dev relay0 && ip link set relay0 up mtu 1400", own, peer);
    if (system(line) != 0)
        exit(1);
    fcntl(fd, F_SETFL, O_NONBLOCK);
    return fd;
}

/* True if the packet is of a TCP flow that is older than the present epoch. A flow is known by its client's and its server's port. */
static int is_of_old_flow(const uint8_t *p, int n)
{
    int header = (p[0] & 15) * 4;
    if (n < header + 20 || (p[0] >> 4) != 4 || p[9] != TCP)
        return 0;
    const uint8_t *t = p + header;
    unsigned from = t[0] << 8 | t[1], to = t[2] << 8 | t[3];
    unsigned client = from > to ? from : to;
    if ((t[13] & (SYN | ACK)) == SYN)
        born[client] = control->epoch;
    return born[client] < control->epoch;
}

static void take(int from, int to)
{
    uint8_t bytes[PACKET];
    for (ssize_t n; (n = read(from, bytes, sizeof bytes)) > 0;) {
        if (control->cut || is_of_old_flow(bytes, n) || rand() % 1000 < control->loss || waiting == QUEUE) {
            control->dropped++;
            continue;
        }
        struct packet *p = &queue[(first + waiting++) % QUEUE];
        p->due = now() + control->delay;
        p->to = to;
        p->size = n;
        memcpy(p->bytes, bytes, n);
    }
}

int main(int argc, char **argv)
{
    if (argc != 6)
        return 2;
    int file = open(argv[1], O_RDWR);
    control = mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    queue = malloc(sizeof *queue * QUEUE);
    if (file < 0 || control == MAP_FAILED || !queue)
        return 1;
    srand(1);
    int a = device(argv[2], argv[3], argv[5]);
    int b = device(argv[4], argv[5], argv[3]);
    puts("ready");
    fflush(stdout);
    for (;;) {
        struct pollfd both[] = { { .fd = a, .events = POLLIN }, { .fd = b, .events = POLLIN }, { .fd = 0, .events = POLLIN } };
        int64_t wait = waiting ? queue[first].due - now() : 1000;
        poll(both, 3, wait < 0 ? 0 : (int)wait);
        char end;
        if (both[2].revents && read(0, &end, 1) <= 0)
            return 0; /* whoever started it is gone */
        take(a, b);
        take(b, a);
        while (waiting && queue[first].due <= now()) {
            if (!control->cut && write(queue[first].to, queue[first].bytes, queue[first].size) > 0)
                control->carried++;
            else
                control->dropped++;
            first = (first + 1) % QUEUE;
            waiting--;
        }
    }
}
