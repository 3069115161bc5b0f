/*
 * Test side only: asks libpcap what filters mean, many at a time.
 *
 *   libpcap-oracle FILE...
 *
 * FILE is a capture, or "dead:DLT" for no packets. Each line of standard input is
 * "FILE-NUMBER TAB NETMASK(hex) TAB SNAPLEN TAB EXPRESSION"; the answer is one line:
 * "E message", or "P optimised-length unoptimised-length VERDICTS-OPTIMISED VERDICTS-UNOPTIMISED PROGRAM" with one digit a
 * packet ("-" when there are none), and the optimised program as "code,jt,jf,k;...".
 * With the single argument "packets:FILE" the packets come out as "wire-length hex", one a line.
 */
#include <pcap/pcap.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Seconds for one question: behind AH libpcap's protochain may go round for ever. */
#define PATIENCE 2

static sigjmp_buf out_of_patience;

static void give_up(int number)
{
    (void)number;
    siglongjmp(out_of_patience, 1);
}

struct packet { struct pcap_pkthdr header; u_char *bytes; };
struct capture { pcap_t *handle; struct packet *packets; size_t count; int dlt; };

static void load(struct capture *capture, const char *name)
{
    char error[PCAP_ERRBUF_SIZE];
    memset(capture, 0, sizeof *capture);
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
    signal(SIGALRM, give_up);
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
        alarm(PATIENCE);
        char error[PCAP_ERRBUF_SIZE];
        if (!compile(&captures[file], &optimised, line + at, 1, netmask, error)) {
            alarm(0);
            printf("E %s\n", error);
        } else {
            int both = compile(&captures[file], &plain, line + at, 0, netmask, error);
            char *first = malloc(captures[file].count + 2), *second = malloc(captures[file].count + 2);
            verdicts(&captures[file], &optimised, first);
            verdicts(&captures[file], both ? &plain : &optimised, second);
            alarm(0);
            printf("P %u %u %s %s ", optimised.bf_len, both ? plain.bf_len : 0, first, second);
            free(first);
            free(second);
            for (u_int i = 0; i < optimised.bf_len; i++)
                printf("%u,%u,%u,%u;", optimised.bf_insns[i].code, optimised.bf_insns[i].jt, optimised.bf_insns[i].jf,
                       optimised.bf_insns[i].k);
            putchar('\n');
            pcap_freecode(&optimised);
            if (both) pcap_freecode(&plain);
        }
        fflush(stdout);
    }
    return 0;
}
