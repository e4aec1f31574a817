#include "archive/tar/header_decoder.h"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <vector>

#include "archive/tar/tar_header.h"
#include "base/saturating.h"

namespace gophercap::archive {
namespace {

// `archive` is a namespace here, so the library's type needs an alias.
using LibArchive = struct ::archive;
using Entry = struct ::archive_entry;

struct Free {
  void operator()(LibArchive* archive) const noexcept { archive_read_free(archive); }
  void operator()(Entry* entry) const noexcept { archive_entry_free(entry); }
};
using Handle = std::unique_ptr<LibArchive, Free>;
using EntryHandle = std::unique_ptr<Entry, Free>;

using Block = std::array<uint8_t, kTarHeaderBytes>;

void put(Block& block, HeaderField field, std::string_view text) {
  const auto begin = block.begin() + static_cast<ptrdiff_t>(field.offset);
  std::fill_n(begin, field.size, uint8_t{0});
  std::copy_n(text.begin(), std::min(field.size, text.size()), begin);
}

void sum_up(Block& block) {
  put(block, kSumField, "        ");
  uint32_t sum = 0;
  for (const uint8_t byte : block) sum += byte;
  put(block, kSumField, fmt::format("{:06o}", sum));
}

constexpr uint8_t kNoName = '?';

// With a size of 0, no data is expected for any kind of member. A sparse file is given as a regular
// file.
Block bare(std::span<const uint8_t> header, bool named) {
  Block block;
  std::copy_n(header.begin(), block.size(), block.begin());
  const bool gnu =
      std::ranges::equal(in_header(header, {kMagicField.offset, 6}), std::string_view("ustar "));
  put(block, kSizeField, "00000000000");
  put(block, {kOwnerFields.offset, 8}, "0000000");
  put(block, {kOwnerFields.offset + 8, 8}, "0000000");
  put(block, kOwnerNames, "");
  put(block, {kDeviceFields.offset, 8}, "0000000");
  put(block, {kDeviceFields.offset + 8, 8}, "0000000");
  uint8_t& kind = block[kKindField.offset];
  const bool sparse = kind == 'S';
  if (gnu || sparse || named) put(block, kPrefixField, "");
  // 'D' is a folder with a list of its contents. An unknown type is a file, as POSIX requires.
  if (kind == 'D') kind = '5';
  if (kind > '7' || (kind < '0' && kind != 0)) kind = '0';
  // libarchive rejects headers without a name.
  if (named) put(block, kNameField, "");
  if (block[0] == 0) block[0] = kNoName;
  sum_up(block);
  return block;
}

// libarchive rejects headers whose mode or time is not a number. Neither affects the data. Returns
// false if there was one.
bool mend_numbers(Block& block) {
  bool all = true;
  const auto mend = [&](HeaderField field, std::string_view instead) {
    const std::span<const uint8_t> bytes = in_header(block, field);
    if ((bytes[0] & 0x80) != 0 || tar_number(bytes)) return;
    put(block, field, instead);
    all = false;
  };
  mend(kModeField, "0000644");
  mend(kTimeField, "00000000000");
  if (!all) sum_up(block);
  return all;
}

void append_mtime(std::string_view mtime, std::vector<uint8_t>& to) {
  const std::string rest = fmt::format(" mtime={}\n", mtime);
  size_t length = rest.size() + 1;
  while (length != rest.size() + fmt::format("{}", length).size())
    length = rest.size() + fmt::format("{}", length).size();
  const std::string record = fmt::format("{}{}", length, rest);
  Block block{};
  put(block, {0, 100}, "PaxHeaders");
  put(block, kModeField, "0000644");
  put(block, kSizeField, fmt::format("{:011o}", record.size()));
  put(block, kTimeField, "00000000000");
  put(block, kKindField, "x");
  put(block, kMagicField,
      std::string_view("ustar\0"
                       "00",
                       8));
  sum_up(block);
  to.insert(to.end(), block.begin(), block.end());
  to.insert(to.end(), record.begin(), record.end());
  to.resize(whole_blocks(to.size()));
}

MemberKind kind_of(Entry* entry) {
  if (archive_entry_hardlink(entry) != nullptr) return MemberKind::kHardLink;
  switch (archive_entry_filetype(entry)) {
    case AE_IFREG:
      return MemberKind::kFile;
    case AE_IFDIR:
      return MemberKind::kFolder;
    case AE_IFLNK:
      return MemberKind::kSymlink;
    case AE_IFCHR:
    case AE_IFBLK:
      return MemberKind::kDevice;
    case AE_IFIFO:
      return MemberKind::kFifo;
    default:
      return MemberKind::kOther;
  }
}

std::string text_of(const char* text) {
  return text == nullptr ? std::string() : std::string(text);
}

// Names are returned as in the archive: in the C locale, which this program always uses, libarchive
// converts only ASCII and passes on other bytes unchanged.
Member member_of(Entry* entry) {
  Member member;
  member.path = text_of(archive_entry_pathname(entry));
  member.kind = kind_of(entry);
  if (member.kind == MemberKind::kHardLink) member.link = text_of(archive_entry_hardlink(entry));
  if (member.kind == MemberKind::kSymlink) member.link = text_of(archive_entry_symlink(entry));
  member.mtime_seconds = archive_entry_mtime(entry);
  member.mtime_nanos =
      static_cast<uint32_t>(std::clamp<long>(archive_entry_mtime_nsec(entry), 0, 999'999'999));
  member.mode = static_cast<uint32_t>(archive_entry_perm(entry)) & 07777;
  return member;
}

struct Bytes {
  std::vector<uint8_t> all;
  bool given = false;
};

la_ssize_t give(LibArchive*, void* self, const void** buffer) {
  auto& bytes = *static_cast<Bytes*>(self);
  *buffer = bytes.all.data();
  return bytes.given ? 0 : (bytes.given = true, static_cast<la_ssize_t>(bytes.all.size()));
}

// One of libarchive's warnings is harmless: if it cannot convert the character set of a name, it
// returns the name unchanged.
bool is_harmless(std::string_view warning) {
  return warning.find("convert") != std::string_view::npos;
}

Error failure(LibArchive* handle) {
  const char* const said = archive_error_string(handle);
  // Without any error message, libarchive had no memory for it.
  if (archive_errno(handle) == ENOMEM || said == nullptr) return errno_error(ENOMEM, "tar archive");
  return {Errc::kCorrupt, 0, said};
}

}  // namespace

Result<> HeaderDecoder::check() {
  const Handle handle(archive_read_new());
  if (handle == nullptr) return out_of_memory("tar reader");
  if (archive_read_support_format_tar(handle.get()) == ARCHIVE_OK) return {};
  if (archive_errno(handle.get()) == ENOMEM) return out_of_memory("tar reader");
  return Error{Errc::kInternal, 0, "libarchive has no tar reader that we can use"};
}

Result<Member> HeaderDecoder::decode(std::span<const uint8_t> header, std::string_view mtime,
                                     bool named) {
  Bytes bytes;
  if (!mtime.empty()) append_mtime(mtime, bytes.all);
  Block block = bare(header, named);
  const bool numbers = mend_numbers(block);
  bytes.all.insert(bytes.all.end(), block.begin(), block.end());
  const Handle handle(archive_read_new());
  const EntryHandle entry(handle == nullptr ? nullptr : archive_entry_new2(handle.get()));
  if (handle == nullptr || entry == nullptr) return out_of_memory("tar reader");
  // Separate steps, because archive_read_open() ignores a failed allocation in the second step and
  // crashes in the third.
  if (archive_read_support_format_tar(handle.get()) != ARCHIVE_OK ||
      archive_read_set_read_callback(handle.get(), &give) != ARCHIVE_OK ||
      archive_read_set_callback_data(handle.get(), &bytes) != ARCHIVE_OK ||
      archive_read_open1(handle.get()) != ARCHIVE_OK) {
    return failure(handle.get());
  }
  const int status = archive_read_next_header2(handle.get(), entry.get());
  if (status != ARCHIVE_OK && status != ARCHIVE_WARN) return failure(handle.get());
  Member member = member_of(entry.get());
  if (named || header[0] == 0) member.path.clear();
  if (status == ARCHIVE_WARN) {
    const Error warning = failure(handle.get());
    if (warning.code == Errc::kNoMemory) return warning;
    if (!is_harmless(warning.what)) member.doubt = warning.what;
  }
  if (!numbers) member.doubt = "its mode or its time is not a number";
  return member;
}

}  // namespace gophercap::archive
