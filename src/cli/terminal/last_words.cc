#include "cli/terminal/last_words.h"

#include <execinfo.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <exception>
#include <new>
#include <string_view>

#include "base/shortage.h"
#include "cli/terminal/keys.h"
#include "io/file/temp_file.h"

namespace gophercap::cli {
namespace {

std::atomic<bool> running{false};
// True if a C++ allocation was refused in this thread.
constinit thread_local bool refused = false;

// How std::terminate() is called depends on the compiler of the function that threw: with some, the
// exception in flight cannot be inspected.
[[noreturn]] void refuse() {
  refused = true;
  throw std::bad_alloc();
}

bool is_out_of_memory() noexcept {
  try {
    if (const std::exception_ptr failure = std::current_exception(); failure != nullptr)
      std::rethrow_exception(failure);
    return refused;
  } catch (const std::bad_alloc&) {
    return true;
  } catch (...) {
    return false;
  }
}

[[noreturn]] void end_without_memory() noexcept {
  restore_terminal();
  ::_exit(to_int(say_out_of_memory()));
}

[[noreturn]] void on_terminate() noexcept {
  io::remove_unfinished();
  restore_terminal();
  if (is_out_of_memory()) end_without_memory();
  std::abort();
}

// libarchive calls exit() when one of its small allocations fails. Destructors of static objects
// must not run then, since other threads still use them.
void on_exit() {
  if (!running.load()) return;
  io::remove_unfinished();
  end_without_memory();
}

// A text buffer of fixed size; longer text is cut.
class Words {
 public:
  void append(std::string_view text) noexcept {
    for (const char c : text) {
      if (size_ < bytes_.size()) bytes_[size_++] = c;
    }
  }
  // Characters that a terminal might interpret, and everything that is not plain ASCII, become "?".
  void append_name(std::string_view name) noexcept {
    for (const char c : name) append(c >= ' ' && c <= '~' ? std::string_view(&c, 1) : "?");
  }
  void print() const noexcept { static_cast<void>(!::write(STDERR_FILENO, bytes_.data(), size_)); }

 private:
  std::array<char, 2048> bytes_;
  size_t size_ = 0;
};

}  // namespace

ExitCode say_out_of_memory() noexcept {
  constexpr size_t kLongestObject = 1024;
  const std::string_view object = object_at_work().substr(0, kLongestObject);
  Words words;
  words.append("gophercap: error: ");
  words.append_name(object);
  words.append(object.empty() ? "" : ": ");
  words.append(
      "out of memory\n"
      "gophercap: hint: allow more memory (ulimit -v, memory.max of the cgroup), or use less: "
      "--memory 64M, fewer workers\n");
  words.print();
  return ExitCode::kFailed;
}

LastWords::LastWords() {
  static const int kRegistered = std::atexit(on_exit);
  static_cast<void>(kRegistered);  // if this fails, exit() is unchanged
  // Loads the library with which glibc unwinds its own frames (such as that of std::call_once).
  // glibc would load it during the first exception, and abort if there is no memory for it.
  void* frame = nullptr;
  static_cast<void>(::backtrace(&frame, 1));
  std::set_new_handler(refuse);
  std::set_terminate(on_terminate);
  running.store(true);
}

LastWords::~LastWords() {
  running.store(false);
}

}  // namespace gophercap::cli
