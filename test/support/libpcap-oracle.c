/*
 * Test only: compiles many filters with libpcap and runs them on captures.
 *
 *   libpcap-oracle FILE...
 *
 * FILE is a capture, "dead:DLT" for a link type without packets, or "live" for a live Ethernet handle without packets.
 * Each line of standard input is "FILE-NUMBER TAB NETMASK(hex) TAB SNAPLEN TAB EXPRESSION". Each line of output is
 * "E message", or "P optimised-length unoptimised-length VERDICTS-OPTIMISED VERDICTS-UNOPTIMISED OPTIMISED UNOPTIMISED":
 * verdicts have one digit per packet ("-" without packets), programs read "code,jt,jf,k;...".
 * With the single argument "packets:FILE" the packets are printed as "wire-length hex", one per line.
 */
#define _GNU_SOURCE
#include <net/if.h>
#include <pcap/pcap.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

/* Seconds of processor time per filter: on AH, libpcap's protochain may loop for ever. */
#define PATIENCE 2
/* Exit status when this machine cannot open a live handle. */
#define NO_LIVE_HANDLE 77

static sigjmp_buf out_of_patience;

static void give_up(int number)
{
    (void)number;
    siglongjmp(out_of_patience, 1);
}

static void set_timer(int seconds)
{
    struct itimerval timer = { .it_value = { .tv_sec = seconds } };
    setitimer(ITIMER_VIRTUAL, &timer, NULL);
}

struct packet { struct pcap_pkthdr header; u_char *bytes; };
struct capture { pcap_t *handle; struct packet *packets; size_t count; int dlt; int live; };

static void cannot_go_live(const char *what)
{
    perror(what);
    exit(NO_LIVE_HANDLE);
}

/* Opens the loopback interface of a new network namespace, where there is no traffic to see. Nothing is read from it. */
static pcap_t *open_live(void)
{
    char error[PCAP_ERRBUF_SIZE];
    if (unshare(CLONE_NEWNET) != 0 && unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) cannot_go_live("unshare");
    struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_LOOPBACK };
    int any = socket(AF_INET, SOCK_DGRAM, 0);
    if (any < 0 || ioctl(any, SIOCSIFFLAGS, &request) != 0) cannot_go_live("lo");
    close(any);
    pcap_t *handle = pcap_create("lo", error);
    if (handle == NULL || pcap_activate(handle) != 0) cannot_go_live("pcap_activate");
    return handle;
}

static void load(struct capture *capture, const char *name)
{
    char error[PCAP_ERRBUF_SIZE];
    memset(capture, 0, sizeof *capture);
    if (strcmp(name, "live") == 0) {
        capture->handle = open_live();
        capture->dlt = pcap_datalink(capture->handle);
        capture->live = 1;
        return;
    }
    if (strncmp(name, "dead:", 5) == 0) {
        capture->dlt = atoi(name + 5);
        capture->handle = pcap_open_dead(capture->dlt, 262144);
        return;
    }
    capture->handle = pcap_open_offline(name, error);
    if (capture->handle == NULL) { fprintf(stderr, "%s: %s\n", name, error); exit(2); }
    capture->dlt = pcap_datalink(capture->handle);
    struct pcap_pkthdr *header;
    const u_char *bytes;
    size_t room = 0;
    while (pcap_next_ex(capture->handle, &header, &bytes) == 1) {
        if (capture->count == room) {
            room = room ? room * 2 : 64;
            capture->packets = realloc(capture->packets, room * sizeof *capture->packets);
        }
        struct packet *packet = &capture->packets[capture->count++];
        packet->header = *header;
        packet->bytes = malloc(header->caplen + 1);
        memcpy(packet->bytes, bytes, header->caplen);
    }
}

static int compile(struct capture *capture, struct bpf_program *program, const char *expression, int optimise,
                   bpf_u_int32 netmask, char *error)
{
    if (pcap_compile(capture->handle, program, expression, optimise, netmask) == 0) return 1;
    snprintf(error, PCAP_ERRBUF_SIZE, "%s", pcap_geterr(capture->handle));
    return 0;
}

static void verdicts(struct capture *capture, struct bpf_program *program, char *text)
{
    if (capture->count == 0) *text++ = '-';
    for (size_t i = 0; i < capture->count; i++) {
        struct packet *packet = &capture->packets[i];
        *text++ = bpf_filter(program->bf_insns, packet->bytes, packet->header.len, packet->header.caplen) ? '1' : '0';
    }
    *text = 0;
}

static void print_program(const struct bpf_program *program)
{
    putchar(' ');
    for (u_int i = 0; i < program->bf_len; i++)
        printf("%u,%u,%u,%u;", program->bf_insns[i].code, program->bf_insns[i].jt, program->bf_insns[i].jf,
               program->bf_insns[i].k);
}

int main(int argc, char **argv)
{
    if (argc == 2 && strncmp(argv[1], "packets:", 8) == 0) {
        struct capture capture;
        load(&capture, argv[1] + 8);
        for (size_t i = 0; i < capture.count; i++) {
            printf("%u ", capture.packets[i].header.len);
            for (u_int j = 0; j < capture.packets[i].header.caplen; j++) printf("%02x", capture.packets[i].bytes[j]);
            putchar('\n');
        }
        return 0;
    }
    struct capture *captures = calloc(argc, sizeof *captures);
    for (int i = 1; i < argc; i++) load(&captures[i - 1], argv[i]);
    signal(SIGVTALRM, give_up);
    char *line = NULL;
    size_t room = 0;
    while (getline(&line, &room, stdin) > 0) {
        line[strcspn(line, "\n")] = 0;
        unsigned file, netmask;
        int snaplen, at = 0;
        if (sscanf(line, "%u\t%x\t%d\t%n", &file, &netmask, &snaplen, &at) < 3 || (int)file >= argc - 1) return 3;
        struct bpf_program optimised, plain;
        if (sigsetjmp(out_of_patience, 1)) {
            puts("E libpcap does not end");
            fflush(stdout);
            continue;
        }
        set_timer(PATIENCE);
        char error[PCAP_ERRBUF_SIZE];
        if (!compile(&captures[file], &optimised, line + at, 1, netmask, error)) {
            set_timer(0);
            printf("E %s\n", error);
        } else {
            int both = compile(&captures[file], &plain, line + at, 0, netmask, error);
            char *first = malloc(captures[file].count + 2), *second = malloc(captures[file].count + 2);
            verdicts(&captures[file], &optimised, first);
            verdicts(&captures[file], both ? &plain : &optimised, second);
            set_timer(0);
            printf("P %u %u %s %s", optimised.bf_len, both ? plain.bf_len : 0, first, second);
            free(first);
            free(second);
            print_program(&optimised);
            print_program(both ? &plain : &optimised);
            putchar('\n');
            pcap_freecode(&optimised);
            if (both) pcap_freecode(&plain);
        }
        fflush(stdout);
    }
    return 0;
}
