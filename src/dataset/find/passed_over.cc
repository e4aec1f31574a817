#include "dataset/find/passed_over.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <utility>

#include "base/fd.h"
#include "io/codec/foreign_format.h"
#include "io/file/open_file.h"
#include "io/open.h"

namespace gophercap::dataset {
namespace {

constexpr size_t kLeastCapture = 24;  // the size of a pcap without packets

// In a shared folder, files of other users are not even opened.
bool is_file_to_look_at(const std::string& path) {
  const Result<Fd> fd = io::open_file(path, io::Owners::kTrusted);
  struct stat facts {};
  return fd && ::fstat(fd->value(), &facts) == 0 && S_ISREG(facts.st_mode) &&
         facts.st_size >= static_cast<off_t>(kLeastCapture);
}

bool is_capture(const std::string& path, const std::stop_token& stop) {
  if (!is_file_to_look_at(path)) return false;
  Result<io::Input> input = io::open_input(path, {.stop = stop, .owners = io::Owners::kTrusted});
  if (!input || !input->facts.regular) return false;
  std::array<uint8_t, io::kForeignBytes> front;
  size_t filled = 0;
  while (filled < front.size()) {
    const Result<size_t> got = input->source->read(std::span(front).subspan(filled));
    if (!got || *got == 0) break;
    filled += *got;
  }
  const std::optional<io::ForeignFormat> known =
      io::recognize_foreign(std::span(front).first(filled));
  return filled >= kLeastCapture && known && known->kind == io::Foreign::kOurCapture;
}

}  // namespace

void PassedOverFiles::add(std::string path) {
  ++files_;
  if (paths_.size() < kMostLooks) paths_.push_back(std::move(path));
}

PassedOver PassedOverFiles::look(const std::stop_token& stop) {
  PassedOver result{.files = files_, .looked_at = 0, .captures = 0, .first = {}};
  std::sort(paths_.begin(), paths_.end());
  for (const std::string& path : paths_) {
    if (stop.stop_requested()) break;
    ++result.looked_at;
    if (!is_capture(path, stop)) continue;
    if (result.captures++ == 0) result.first = path;
  }
  return result;
}

}  // namespace gophercap::dataset
