/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Asks a lijiand on this computer whether it answers, logs in and out again: the proof of
 * `make run ONCE=1`, without another program.
 * Usage: http_login PORT ACCOUNT PASSWORD. Exit 0 when all went well, 1 when not, 64 usage. */
#define _POSIX_C_SOURCE 200809L
#include <arpa/inet.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

enum { ANSWER_MAX = 64 * 1024, REQUEST_MAX = 4096, EXIT_USAGE = 64, WAIT_SECONDS = 10 };

static int open_port(uint16_t port)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    struct timeval wait = {.tv_sec = WAIT_SECONDS};
    if (fd >= 0 && (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait) != 0 ||
                    connect(fd, (const struct sockaddr *)&to, sizeof to) != 0)) {
        close(fd);
        return -1;
    }
    return fd;
}

static bool send_all(int fd, const char *text)
{
    size_t len = strlen(text);
    while (len > 0) {
        ssize_t sent = send(fd, text, len, MSG_NOSIGNAL);
        if (sent <= 0) {
            return false;
        }
        text += sent;
        len -= (size_t)sent;
    }
    return true;
}

/* One request of its own connection; the answer as text. Status, or 0 without an answer. */
static int ask(uint16_t port, const char *request, char answer[ANSWER_MAX])
{
    int fd = open_port(port);
    answer[0] = '\0';
    if (fd < 0) {
        return 0;
    }
    size_t len = 0;
    ssize_t got = send_all(fd, request) ? 1 : 0;
    while (got > 0 && len < ANSWER_MAX - 1) {
        got = recv(fd, answer + len, ANSWER_MAX - 1 - len, 0);
        len += got > 0 ? (size_t)got : 0;
    }
    close(fd);
    answer[len] = '\0';
    static const char head[] = "HTTP/1.1 ";
    if (strncmp(answer, head, sizeof head - 1) != 0 || len < sizeof head + 2) {
        return 0;
    }
    const char *digits = answer + sizeof head - 1;
    return (digits[0] - '0') * 100 + (digits[1] - '0') * 10 + (digits[2] - '0');
}

/* "lijian_session=..." of the answer, or empty. */
static void read_cookie(const char *answer, char cookie[256])
{
    const char *at = strstr(answer, "lijian_session=");
    size_t len = at != NULL ? strcspn(at, ";\r\n") : 0;
    len = len < 255 ? len : 255;
    if (at != NULL) {
        memcpy(cookie, at, len);
    }
    cookie[len] = '\0';
}

static bool is_port(const char *text, uint16_t *out)
{
    unsigned long num = 0;
    for (const char *at = text; *at >= '0' && *at <= '9' && num < 100000; at++) {
        num = num * 10 + (unsigned long)(*at - '0');
    }
    *out = (uint16_t)num;
    return num > 0 && num <= UINT16_MAX;
}

static int expect(const char *what, int status, int wanted)
{
    printf("%s: %d\n", what, status);
    return status == wanted ? 0 : 1;
}

int main(int argc, char **argv)
{
    static char answer[ANSWER_MAX];
    static char request[REQUEST_MAX];
    char body[512];
    char cookie[256];
    uint16_t port = 0;
    if (argc != 4 || !is_port(argv[1], &port)) {
        fputs("usage: http_login PORT ACCOUNT PASSWORD\n", stderr);
        return EXIT_USAGE;
    }
    snprintf(request, sizeof request,
             "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nConnection: close\r\n\r\n", port);
    int faults = expect("GET /healthz", ask(port, request, answer), 200);
    int len =
        snprintf(body, sizeof body, "{\"account\":\"%s\",\"password\":\"%s\"}", argv[2], argv[3]);
    snprintf(request, sizeof request,
             "POST /api/v1/session HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nConnection: close\r\n"
             "Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
             port, len, body);
    faults += expect("POST /api/v1/session", ask(port, request, answer), 200);
    read_cookie(answer, cookie);
    snprintf(request, sizeof request,
             "DELETE /api/v1/session HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nConnection: close\r\n"
             "Cookie: %s\r\n\r\n",
             port, cookie);
    faults += expect("DELETE /api/v1/session", ask(port, request, answer), 204);
    return faults == 0 ? 0 : 1;
}
