// Runs one command and writes what it used: wall clock time, CPU time, peak memory.
//
// The measuring script cannot do that itself, because a child inherits the peak memory of the
// process that forked it. This program is small, so the lowest peak that it can report is about 3
// MiB, and not that of Python.
#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

namespace {

double seconds(const timeval& t) {
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: launch RESULT.json COMMAND [ARGUMENT...]\n");
    return 2;
  }
  std::vector<char*> command(argv + 2, argv + argc);
  command.push_back(nullptr);
  const auto start = std::chrono::steady_clock::now();
  pid_t child = 0;
  if (const int error =
          posix_spawnp(&child, command[0], nullptr, nullptr, command.data(), environ)) {
    std::fprintf(stderr, "launch: error: %s: %s\n", command[0], std::strerror(error));
    return 127;
  }
  int status = 0;
  rusage usage{};
  while (wait4(child, &status, 0, &usage) < 0) {
    if (errno != EINTR) return 1;
  }
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - start;
  std::FILE* out = std::fopen(argv[1], "w");
  if (out == nullptr) {
    std::fprintf(stderr, "launch: error: %s: %s\n", argv[1], std::strerror(errno));
    return 1;
  }
  std::fprintf(out,
               "{\"wall\": %.6f, \"user\": %.6f, \"system\": %.6f, \"rss_kib\": %ld, \"exit\": %d, "
               "\"signal\": %d}\n",
               wall.count(), seconds(usage.ru_utime), seconds(usage.ru_stime), usage.ru_maxrss,
               WIFEXITED(status) ? WEXITSTATUS(status) : -1,
               WIFSIGNALED(status) ? WTERMSIG(status) : 0);
  return std::fclose(out) == 0 ? 0 : 1;
}
