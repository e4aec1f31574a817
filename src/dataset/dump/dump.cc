#include "dataset/dump/dump.h"

#include <fmt/format.h>
#include <simdjson.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "dataset/dump/dump_reader.h"
#include "dataset/dump/dump_writer.h"
#include "io/codec/foreign_format.h"
#include "io/open.h"

namespace gophercap::dataset {
namespace {

constexpr size_t kBlockBytes = size_t{1} << 20;
constexpr uint64_t kLargestDump = 0xffffffff;  // limit of the JSON parser

Error too_large(const std::string& path) {
  return {Errc::kUnsupported, 0, path + ": larger than 4 GiB"};
}

// Returns whether so much text comes from so few stored bytes that it must be a decompression bomb.
// Dumps of captures compress about 20:1. Unknown for a pipe.
bool is_bomb(uint64_t text_bytes, uint64_t stored_bytes) {
  constexpr uint64_t kFreely = uint64_t{64} << 20;
  constexpr uint64_t kMostRatio = 100;
  return text_bytes > kFreely && stored_bytes > 0 && text_bytes / kMostRatio > stored_bytes;
}

// A device returns bytes for ever, or waits for them.
bool is_device(const std::string& path) {
  struct stat facts {};
  return path != "-" && ::stat(path.c_str(), &facts) == 0 &&
         (S_ISCHR(facts.st_mode) || S_ISBLK(facts.st_mode));
}

bool is_replayable(const io::ForeignFormat& format) noexcept {
  return format.kind == io::Foreign::kOurCapture || format.kind == io::Foreign::kTarball;
}

// Checked before the rest is read, which may be gigabytes.
Result<> check_beginning(std::string_view json) {
  const size_t first = json.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos || json[first] == '{') return {};
  const std::vector<uint8_t> bytes(
      json.begin(),
      json.begin() + static_cast<std::ptrdiff_t>(std::min(json.size(), io::kForeignBytes)));
  if (const std::optional<io::ForeignFormat> known = io::recognize_foreign(bytes))
    return Error{Errc::kCorrupt, 0, fmt::format("not a dump but {}", known->name),
                 is_replayable(*known) ? Cause::kCaptureAsDump : Cause::kOther};
  return Error{Errc::kCorrupt, 0, "not a dump: expected an object"};
}

Result<> write_out(io::AtomicFile& file, std::string& text, size_t at_least) {
  if (text.size() < at_least) return {};
  TRY_VOID(file.write(std::string_view(text)));
  text.clear();
  return {};
}

}  // namespace

Result<> write_dump(const DatasetSummary& set, const std::string& path, std::stop_token stop) {
  TRY(io::AtomicFile file, io::AtomicFile::create(path, io::Sync::kYes, std::move(stop)));
  return write_dump(set, std::move(file));
}

Result<> write_dump(const DatasetSummary& set, io::AtomicFile file) {
  DumpWriter writer(set);
  writer.begin();
  for (const FileSummary& summary : set.files) {
    writer.file(summary);
    TRY_VOID(write_out(file, writer.text(), kBlockBytes));
  }
  writer.end();
  TRY_VOID(write_out(file, writer.text(), 0));
  return file.commit();
}

Result<Dump> read_dump(const std::string& path, const std::stop_token& stop, io::Owners owners) {
  if (is_device(path)) return Error{Errc::kUnsupported, 0, path + ": is a device, not a dump"};
  Result<io::Input> input = io::open_input(path, {.stop = stop, .owners = owners});
  if (!input) {
    Error error = input.error().with_context(path);
    if (error.sys == ENOENT) error.cause = Cause::kNoDump;
    return error;
  }
  if (input->facts.size_bytes > kLargestDump) return too_large(path);
  std::string json;
  json.reserve(std::min(input->facts.size_bytes, kLargestDump) + kBlockBytes + kDumpPadding);
  while (true) {
    const size_t size = json.size();
    if (size > kLargestDump) return too_large(path);
    if (is_bomb(size, input->facts.size_bytes)) {
      return Error{Errc::kUnsupported, 0,
                   path +
                       ": expands to more than 100 times its size, as no dump does (if it is one, "
                       "decompress it first)"};
    }
    if (stop.stop_requested()) return Error{Errc::kCancelled, 0, path + ": stopped"};
    json.resize(size + kBlockBytes);
    auto* begin = static_cast<uint8_t*>(static_cast<void*>(json.data() + size));
    const Result<size_t> count = input->source->read(std::span(begin, kBlockBytes));
    if (!count) return count.error().with_context(path);
    json.resize(size + *count);
    if (*count == 0) break;
    if (size == 0) {
      if (const Result<> begun = check_beginning(json); !begun)
        return begun.error().with_context(path);
    }
  }
  json.reserve(json.size() + kDumpPadding);
  Result<Dump> dump = dump_from_padded_json(json);
  if (!dump) return dump.error().with_context(path);
  return dump;
}

bool still_valid(const FileSummary& file) {
  struct stat facts {};
  const bool there = stat(file.path.c_str(), &facts) == 0;
  // It could not be used before, and still is not a capture.
  if (file.damage && (there ? S_ISDIR(facts.st_mode) : file.damage->code == Errc::kNotFound))
    return true;
  if (!there || !S_ISREG(facts.st_mode)) return false;
  return static_cast<uint64_t>(facts.st_size) == file.file_size_bytes &&
         io::mtime_ns_of(facts) == file.mtime_ns;
}

}  // namespace gophercap::dataset
