#include "transmit/link/listeners.h"

#include <fcntl.h>
#include <unistd.h>

#include <charconv>
#include <cstddef>
#include <optional>
#include <system_error>

#include "base/retry.h"

namespace gophercap::transmit {
namespace {

// The list for the thread, not the process, because a thread may have entered another network
// namespace.
constexpr const char* kList = "/proc/thread-self/net/packet";

// Removes the next word from `rest`; empty if there is none.
std::string_view next_word(std::string_view& rest) noexcept {
  const size_t begin = rest.find_first_not_of(' ');
  if (begin == std::string_view::npos) return {};
  rest.remove_prefix(begin);
  const std::string_view word = rest.substr(0, rest.find(' '));
  rest.remove_prefix(word.size());
  return word;
}

std::optional<unsigned> number_of(std::string_view word) noexcept {
  unsigned number = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  if (error != std::errc() || end != word.data() + word.size()) return std::nullopt;
  return number;
}

}  // namespace

void ListenerScan::take(std::string_view piece) noexcept {
  for (const char c : piece) {
    if (c == '\n') {
      end_line();
    } else if (length_ < line_.size()) {
      line_[length_++] = c;
    } else {
      malformed_ = true;
    }
  }
}

// "sk RefCnt Type Proto Iface R Rmem User Inode"; newer kernels may append columns.
void ListenerScan::end_line() noexcept {
  std::string_view rest(line_.data(), length_);
  length_ = 0;
  if (!header_seen_) {
    header_seen_ = true;
    malformed_ = malformed_ || next_word(rest) != "sk";
    return;
  }
  for (int column = 0; column < 4; ++column) next_word(rest);
  const std::optional<unsigned> interface = number_of(next_word(rest));
  const std::optional<unsigned> receives = number_of(next_word(rest));
  if (!interface || !receives) {
    malformed_ = true;
    return;
  }
  found_ = found_ || (*receives != 0 && (*interface == 0 || *interface == index_));
}

Presence ListenerScan::result() noexcept {
  if (length_ > 0) end_line();
  if (found_) return Presence::kSomebody;
  return malformed_ || !header_seen_ ? Presence::kUnknown : Presence::kNobody;
}

Listeners::Listeners(unsigned index) : Listeners(index, kList) {}

Listeners::Listeners(unsigned index, const std::string& path)
    : index_(index),
      list_(uninterrupted([&] { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC); })) {}

Presence Listeners::look() const noexcept {
  if (!list_.valid() || ::lseek(list_.value(), 0, SEEK_SET) != 0) return Presence::kUnknown;
  ListenerScan scan(index_);
  std::array<char, 4096> piece;
  for (;;) {
    const ssize_t got =
        uninterrupted([&] { return ::read(list_.value(), piece.data(), piece.size()); });
    if (got < 0) return Presence::kUnknown;
    if (got == 0) return scan.result();
    scan.take({piece.data(), static_cast<size_t>(got)});
  }
}

}  // namespace gophercap::transmit
