/*
 * Times libpcap's bpf_filter(). Used by the benches only.
 *
 *   libpcap-filter FRAMES < QUERIES
 *
 * FRAMES is a file of frames: captured length and wire length (32 bits, host order), then the bytes. A line of QUERIES is
 * "E expression", which libpcap compiles itself for Ethernet, or "P code,jt,jf,k;code,jt,jf,k;...". The answer to each is
 * a line "nanoseconds-per-frame frames-kept instructions", or "- 0 0" when libpcap rejects the expression.
 */
#include <pcap/pcap.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MAX_FRAMES 1000000
#define ROUNDS 25
#define ROUND_NANOSECONDS 0.25e6

struct frame { const u_char *bytes; uint32_t captured, wire; };

static struct frame frames[MAX_FRAMES];
static size_t frame_count;
static char line[1 << 20];

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1e9 + time.tv_nsec;
}

static void load_frames(const char *name)
{
    FILE *file = fopen(name, "rb");
    if (file == NULL) { perror(name); exit(2); }
    fseek(file, 0, SEEK_END);
    long size = ftell(file);
    rewind(file);
    u_char *bytes = malloc(size);
    if (fread(bytes, 1, size, file) != (size_t)size) { perror(name); exit(2); }
    fclose(file);
    for (long at = 0; at + 8 <= size && frame_count < MAX_FRAMES; ) {
        struct frame *frame = &frames[frame_count++];
        memcpy(&frame->captured, bytes + at, 4);
        memcpy(&frame->wire, bytes + at + 4, 4);
        frame->bytes = bytes + at + 8;
        at += 8 + frame->captured;
    }
}

static unsigned run(const struct bpf_insn *program)
{
    unsigned kept = 0;
    for (size_t i = 0; i < frame_count; i++)
        kept += bpf_filter(program, frames[i].bytes, frames[i].wire, frames[i].captured) != 0;
    return kept;
}

/* The best of several rounds, as the other engines are timed. */
static void answer(const struct bpf_insn *program, int length)
{
    double best = 1e30;
    unsigned kept = run(program);
    for (int round = 0; round < ROUNDS; round++) {
        double start = now(), end, time;
        int passes = 0;
        do { run(program); passes++; end = now(); } while (end - start < ROUND_NANOSECONDS);
        time = (end - start) / passes / frame_count;
        if (time < best) best = time;
    }
    printf("%.4f %u %d\n", best, kept, length);
}

static int read_program(const char *text, struct bpf_insn *program)
{
    int length = 0, used;
    unsigned code, jt, jf, k;
    while (length < 4096 && sscanf(text, "%u,%u,%u,%u%n", &code, &jt, &jf, &k, &used) == 4) {
        program[length++] = (struct bpf_insn){ code, jt, jf, k };
        text += used;
        if (*text == ';') text++;
    }
    return length;
}

int main(int count, char **words)
{
    static struct bpf_insn instructions[4096];
    if (count != 2) { fprintf(stderr, "usage: libpcap-filter FRAMES < QUERIES\n"); return 2; }
    load_frames(words[1]);
    pcap_t *ethernet = pcap_open_dead(DLT_EN10MB, 262144);
    while (fgets(line, sizeof line, stdin) != NULL) {
        line[strcspn(line, "\n")] = 0;
        if (line[0] == 'P') {
            answer(instructions, read_program(line + 2, instructions));
            continue;
        }
        struct bpf_program program;
        if (pcap_compile(ethernet, &program, line + 2, 1, 0) != 0) {
            printf("- 0 0\n");
            continue;
        }
        answer(program.bf_insns, program.bf_len);
        pcap_freecode(&program);
    }
    return 0;
}
