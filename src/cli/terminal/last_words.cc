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
#include "io/file/temp_file.h"

namespace gophercap::cli {
namespace {

std::atomic<bool> running{false};
// Whether an allocation of C++ was refused in this thread.
constinit thread_local bool refused = false;

// What std::terminate() is told depends on the compiler that made the function that threw: some
// call it with the exception in flight, where it can't be looked at.
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
  ::_exit(to_int(say_out_of_memory()));
}

[[noreturn]] void on_terminate() noexcept {
  io::remove_unfinished();
  if (is_out_of_memory()) end_without_memory();
  std::abort();
}

// libarchive ends the process when one of its small allocations is refused. Destructors of what is
// static do not run: other threads still use it.
void on_exit() {
  if (!running.load()) return;
  io::remove_unfinished();
  end_without_memory();
}

// As much of it as fits.
class Words {
 public:
  void append(std::string_view text) noexcept {
    for (const char c : text) {
      if (size_ < bytes_.size()) bytes_[size_++] = c;
    }
  }
  // What a terminal might obey, or is no plain ASCII, as "?".
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
      "gophercap: hint: give it more (ulimit -v, memory.max of the cgroup), or let it take less: "
      "--memory 64M, fewer workers\n");
  words.print();
  return ExitCode::kFailed;
}

LastWords::LastWords() {
  static const int kRegistered = std::atexit(on_exit);
  static_cast<void>(kRegistered);  // refused: then exit() is as ever
  // Loads what glibc unwinds its own frames with (that of std::call_once, say). It would do so when
  // an exception comes by, and abort where there is no memory for that.
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
