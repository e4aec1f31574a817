#include "archive/tar/tar_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "archive/tar/extended_headers.h"
#include "archive/tar/header_decoder.h"
#include "archive/tar/link_bodies.h"
#include "archive/tar/sparse_map.h"
#include "archive/tar/tar_input.h"
#include "base/shortage.h"

namespace gophercap::archive {
namespace {

constexpr std::string_view kDamagedMap = "the map of a sparse file is damaged";

}  // namespace

class TarReader::Walk {
 public:
  explicit Walk(BlockFeed& feed) : in_(feed) {}

  Result<> open();
  Result<bool> next(Member& member);
  Result<bool> read(Piece& piece);
  bool failed() const noexcept { return fault_.has_value(); }
  uint64_t header_offset() const noexcept { return header_at_; }
  uint64_t position() const noexcept { return fault_ ? broken_at_ : in_.position(); }
  const TarLosses& losses() const noexcept { return losses_; }

 private:
  using Block = std::vector<uint8_t>;

  Result<bool> find_header();
  bool begins_here(std::span<const uint8_t> block) const noexcept;
  Result<bool> end(std::span<const uint8_t> rest);
  Result<std::optional<Member>> take_member();
  Result<std::optional<Member>> member_of(const Block& header, uint64_t size_bytes);
  Result<std::string> read_map(const Block& header, uint64_t& real_size_bytes);
  Result<std::string> check_map(uint64_t& real_size_bytes);
  Result<> skip_body();
  Result<bool> skip_no_run(uint64_t bytes);
  void close_gap();
  void lose(uint64_t offset, uint64_t bytes, std::string reason);
  Error broken(Error error, uint64_t offset);

  TarInput in_;
  ExtendedHeaders extended_;
  LinkBodies links_;
  TarLosses losses_;
  std::optional<Error> fault_;  // final
  uint64_t broken_at_ = 0;
  uint64_t header_at_ = 0;  // offset of the first header of the member
  bool any_member_ = false;
  bool marked_ = false;  // a block of zeros was found after the last member
  // Skipped blocks that are not headers: from the first one to the end of the last one that is not
  // zeros.
  std::optional<uint64_t> gap_at_;
  uint64_t gap_end_ = 0;

  // About the current member:
  std::string name_;
  bool in_body_ = false;
  uint64_t body_at_ = 0;    // where its data begins in the archive
  uint64_t body_ = 0;       // size of the stored data according to its headers
  uint64_t body_left_ = 0;  // of the stored data
  uint64_t padding_ = 0;
  bool unmapped_ = false;  // its map is damaged, so its end is uncertain
  std::optional<SparseMap> map_;
  size_t run_ = 0;         // index in the map
  uint64_t run_done_ = 0;  // bytes of the run already returned
  uint64_t offset_ = 0;    // offset in the file, if there is no map
};

Error TarReader::Walk::broken(Error error, uint64_t offset) {
  broken_at_ = offset;
  fault_ = std::move(error);
  return *fault_;
}

// `bytes` is 0 for a member that cannot be used; next() adds its data after skipping it.
void TarReader::Walk::lose(uint64_t offset, uint64_t bytes, std::string reason) {
  ++losses_.count;
  losses_.bytes += bytes;
  if (losses_.first.size() < TarLosses::kMostKept)
    losses_.first.push_back({offset, std::move(reason)});
}

void TarReader::Walk::close_gap() {
  if (!gap_at_) return;
  const uint64_t bytes = gap_end_ - *gap_at_;
  lose(*gap_at_, bytes, fmt::format("a damaged header; {} bytes passed over", bytes));
  gap_at_.reset();
}

Result<> TarReader::Walk::open() {
  TRY_VOID(HeaderDecoder::check());
  const Result<bool> any = find_header();
  if (!any && !fault_) return broken(any.error(), in_.given());
  if (fault_) return *fault_;
  return {};
}

// Normally the checksum decides, as in all programs that read tar archives. Inside a gap, where the
// bytes can be anything, the other fields are checked too.
bool TarReader::Walk::begins_here(std::span<const uint8_t> block) const noexcept {
  if (gap_at_) return looks_like_header(block);
  return has_right_checksum(block) && has_size(block);
}

// Goes to the next header without consuming it. Returns false if there is none.
Result<bool> TarReader::Walk::find_header() {
  while (true) {
    TRY(const std::span<const uint8_t> block, in_.peek(kTarHeaderBytes));
    if (block.size() < kTarHeaderBytes) return end(block);
    const bool zeros = is_all_zeros(block);
    if (!zeros && begins_here(block)) {
      close_gap();
      return true;
    }
    if (zeros && extended_.any()) {
      lose(header_at_, in_.position() - header_at_, "a header without the member that it is for");
      extended_.clear();
    }
    marked_ = marked_ || zeros;
    if (!zeros && !gap_at_) {
      // Extended headers before a damaged header are lost with it.
      gap_at_ = extended_.any() ? header_at_ : in_.position();
      if (marked_ && !extended_.any()) {
        const auto first = std::ranges::find_if(block, [](uint8_t byte) { return byte != 0; });
        gap_at_ = in_.position() + static_cast<uint64_t>(first - block.begin());
      }
      extended_.clear();
    }
    in_.advance(kTarHeaderBytes);
    if (!zeros) gap_end_ = in_.position();
  }
}

// An archive ends with two blocks of zeros; one is accepted. Without any, the archive may have been
// cut exactly between two members, which nothing else would reveal.
Result<bool> TarReader::Walk::end(std::span<const uint8_t> rest) {
  const auto first = std::ranges::find_if(rest, [](uint8_t byte) { return byte != 0; });
  const bool garbage = first != rest.end();
  const uint64_t garbage_at = in_.position() + static_cast<uint64_t>(first - rest.begin());
  in_.advance(rest.size());
  if (!any_member_ && (gap_at_ || !marked_))
    return broken({Errc::kUnsupported, 0, "is not a tar archive", Cause::kNotATarball}, 0);
  if (!marked_ && gap_at_) {
    return broken({Errc::kCorrupt, 0, "tar archive: a damaged header, and no good one after it"},
                  *gap_at_);
  }
  if (!marked_) {
    return broken({Errc::kTruncated, 0,
                   "tar archive: ends without the mark of its end; members may be missing"},
                  in_.position());
  }
  if (garbage) {
    if (!gap_at_) gap_at_ = garbage_at;
    gap_end_ = in_.position();
  }
  if (gap_at_) {
    const uint64_t bytes = gap_end_ - *gap_at_;
    lose(*gap_at_, bytes, fmt::format("{} bytes of garbage and no header after it", bytes));
    gap_at_.reset();
  }
  return false;
}

Result<bool> TarReader::Walk::next(Member& member) {
  if (fault_) return *fault_;
  if (in_body_) TRY_VOID(skip_body());
  while (true) {
    extended_.clear();
    Result<std::optional<Member>> taken = take_member();
    if (!taken) return fault_ ? *fault_ : broken(taken.error(), in_.given());
    if (*taken) {
      member = **std::move(taken);
      return true;
    }
    if (!in_body_) return false;
    // A size may exceed the archive.
    const Result<> skipped = skip_body();
    losses_.bytes += std::min(body_, in_.position() - body_at_);
    if (!skipped) return skipped.error();
  }
}

// Returns nothing at the end of the archive, or, if there is a body, for a member that cannot be
// used.
Result<std::optional<Member>> TarReader::Walk::take_member() {
  while (true) {
    TRY(const bool any, find_header());
    if (!any) return std::optional<Member>();
    if (!extended_.any()) header_at_ = in_.position();
    TRY(const std::span<const uint8_t> block, in_.peek(kTarHeaderBytes));
    const Block header(block.begin(), block.end());
    in_.advance(kTarHeaderBytes);
    any_member_ = true;
    marked_ = false;
    const uint8_t kind = header[kKindField.offset];
    // find_header() has checked that the size is a number.
    const uint64_t size_bytes = tar_number(in_header(header, kSizeField)).value_or(0);
    if (!ExtendedHeaders::is_extended(kind)) return member_of(header, size_bytes);
    TRY_VOID(extended_.read(in_, kind, size_bytes));
    if (std::string notice = extended_.take_notice(); !notice.empty())
      lose(header_at_, 0, std::move(notice));
  }
}

Result<std::optional<Member>> TarReader::Walk::member_of(const Block& header, uint64_t size_bytes) {
  const uint8_t kind = header[kKindField.offset];
  const PaxFacts& pax = extended_.pax();
  TRY(const LinkBodies::Body own,
      links_.body_of(header, pax.size_bytes.value_or(size_bytes), extended_.link(), in_));
  const uint64_t body = own.size_bytes;
  in_body_ = true;
  body_at_ = in_.position();
  body_ = body;
  body_left_ = body;
  padding_ = whole_blocks(body) - body;
  unmapped_ = false;
  map_.reset();
  run_ = 0;
  run_done_ = 0;
  offset_ = 0;
  if (kind == 'M') {
    lose(header_at_, 0, "the rest of a file that begins in another volume");
    return std::optional<Member>();
  }
  uint64_t real_size_bytes = body;
  TRY(const std::string no_map, read_map(header, real_size_bytes));
  Result<Member> member = HeaderDecoder::decode(header, pax.mtime, extended_.name().has_value());
  if (!member && is_shortage(member.error())) return member.error();
  const std::string path = extended_.name().value_or(member ? member->path : std::string());
  unmapped_ = !no_map.empty();
  if (unmapped_) map_.reset();
  if (!member || !no_map.empty()) {
    lose(header_at_, 0,
         fmt::format("{} can't be read: {}", path, no_map.empty() ? member.error().what : no_map));
    return std::optional<Member>();
  }
  member->path = path;
  name_ = path;
  if (extended_.link()) member->link = *extended_.link();
  member->size_bytes = real_size_bytes;
  if (member->kind == MemberKind::kHardLink && body > 0) member->kind = MemberKind::kFile;
  const bool is_link =
      member->kind == MemberKind::kHardLink || member->kind == MemberKind::kSymlink;
  if (!is_link) member->link.clear();
  // Old writers mark folders only by a trailing slash.
  if (member->kind == MemberKind::kFile && member->path.ends_with('/'))
    member->kind = MemberKind::kFolder;
  if (!own.doubt.empty()) member->doubt = own.doubt;
  if (!extended_.fault().empty()) member->doubt = extended_.fault();
  if (member->kind == MemberKind::kFile && !map_) links_.add_file(header, path, body, in_);
  return std::optional(*std::move(member));
}

// Returns what is wrong with the map; empty if nothing is, or if there is no map.
Result<std::string> TarReader::Walk::read_map(const Block& header, uint64_t& real_size_bytes) {
  const PaxFacts::Sparse& sparse = extended_.pax().sparse;
  if (header[kKindField.offset] == 'S') {
    map_.emplace();
    TRY(const bool good, read_old_map(in_, header, *map_));
    return good ? check_map(real_size_bytes) : std::string(kDamagedMap);
  }
  const bool in_front = sparse.major == 1 && sparse.minor.value_or(0) == 0;
  if (!in_front && !sparse.has_map) {
    if (sparse.major || sparse.minor) return std::string("a sparse file of an unknown version");
    return std::string();
  }
  map_.emplace();
  bool good = false;
  if (in_front) {
    uint64_t map_bytes = 0;
    TRY(good, read_map_in_front(in_, body_left_, *map_, map_bytes));
    body_left_ -= map_bytes;
  } else {
    good = add_runs(sparse.map, *map_) &&
           sparse.runs.value_or(sparse.map.size() / 2) == sparse.map.size() / 2;
  }
  if (!good) return std::string(kDamagedMap);
  const uint64_t end =
      map_->runs.empty() ? 0 : map_->runs.back().offset + map_->runs.back().size_bytes;
  map_->real_size_bytes = sparse.real_size_bytes.value_or(end);
  return check_map(real_size_bytes);
}

Result<std::string> TarReader::Walk::check_map(uint64_t& real_size_bytes) {
  real_size_bytes = map_->real_size_bytes;
  if (map_->stored_bytes > body_left_)
    return std::string("the map of a sparse file has more bytes than the file");
  return std::string();
}

// Skips the rest of the data and the padding of its last block.
Result<> TarReader::Walk::skip_body() {
  in_body_ = false;
  const uint64_t of_runs = map_ ? map_->stored_bytes - offset_ : 0;
  const uint64_t of_no_run = map_ || unmapped_ ? body_left_ - of_runs : 0;
  Result<bool> whole = in_.skip(body_left_ - of_no_run);
  if (whole && *whole) whole = of_no_run > 0 ? skip_no_run(of_no_run) : in_.skip(padding_);
  if (!whole) return broken(whole.error(), in_.given());
  if (*whole) return {};
  return broken({Errc::kTruncated, 0, "tar archive: ends in the middle of a member"}, in_.given());
}

// Skips the unused last bytes of a sparse member. A header among them is that of the next member,
// which means that the size of this one is damaged.
Result<bool> TarReader::Walk::skip_no_run(uint64_t bytes) {
  const uint64_t used = body_ - bytes;
  const uint64_t fill = whole_blocks(used) - used;
  TRY(const bool whole, in_.skip(std::min(fill, bytes + padding_)));
  if (!whole) return false;
  TRY(const Passed passed, pass_over(whole_blocks(body_) - whole_blocks(used), in_));
  if (passed == Passed::kUpToHeader && !unmapped_)
    lose(header_at_, 0,
         fmt::format("the size of {} reaches over the header of the next member", name_));
  return passed != Passed::kUpToEnd;
}

Result<bool> TarReader::Walk::read(Piece& piece) {
  if (fault_) return *fault_;
  if (!in_body_) return false;
  if (map_ && run_ < map_->runs.size() && run_done_ == map_->runs[run_].size_bytes) {
    ++run_;
    run_done_ = 0;
  }
  const bool ended = map_ ? run_ == map_->runs.size() : body_left_ == 0;
  if (ended) {
    // The member is complete. An error after its last byte is reported by next().
    static_cast<void>(skip_body());
    return false;
  }
  const uint64_t most = map_ ? map_->runs[run_].size_bytes - run_done_ : body_left_;
  Result<std::span<const uint8_t>> bytes = in_.take(most);
  if (!bytes) return broken(bytes.error(), in_.given());
  if (bytes->empty()) {
    return broken({Errc::kTruncated, 0, "tar archive: ends in the middle of a member"},
                  in_.given());
  }
  piece = {*bytes, map_ ? map_->runs[run_].offset + run_done_ : offset_};
  body_left_ -= bytes->size();
  offset_ += bytes->size();
  run_done_ += bytes->size();
  return true;
}

TarReader::TarReader(std::unique_ptr<Walk> walk) : walk_(std::move(walk)) {}
TarReader::~TarReader() = default;

Result<std::unique_ptr<TarReader>> TarReader::open(BlockFeed& feed) {
  auto walk = std::make_unique<Walk>(feed);
  TRY_VOID(walk->open());
  return std::unique_ptr<TarReader>(new TarReader(std::move(walk)));
}

Result<bool> TarReader::next(Member& member) {
  return walk_->next(member);
}

Result<bool> TarReader::read(Piece& piece) {
  return walk_->read(piece);
}

bool TarReader::failed() const noexcept {
  return walk_->failed();
}

uint64_t TarReader::header_offset() const noexcept {
  return walk_->header_offset();
}

uint64_t TarReader::plain_bytes() const noexcept {
  return walk_->position();
}

const TarLosses& TarReader::losses() const noexcept {
  return walk_->losses();
}

}  // namespace gophercap::archive
