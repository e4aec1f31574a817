// Writes JSON text, indented by two spaces, directly into a string. nlohmann::json would build a
// tree of all values first, which takes seconds and gigabytes for a dump of 100,000 files. The
// tests compare with it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace gophercap::dataset {

bool is_utf8(std::string_view bytes) noexcept;

// Replaces each byte that is not UTF-8 by U+FFFD, as Go's encoder does.
std::string utf8_or_replaced(std::string_view bytes);

// The caller must write values in a valid order; this is not checked. Not thread-safe.
class JsonText {
 public:
  void begin_object() { open('{'); }
  void end_object() { close('}'); }
  void begin_array() { open('['); }
  void end_array() { close(']'); }
  void key(std::string_view name);  // the next call must write its value

  void value(std::string_view text);  // converted by utf8_or_replaced()
  void value(const std::string& text) { value(std::string_view(text)); }
  void value(const char* text) { value(std::string_view(text)); }
  void value(uint64_t number);
  void value(int64_t number);
  void value(uint32_t number) { value(uint64_t{number}); }
  void value(int number) { value(int64_t{number}); }
  void value(double number);  // REQUIRES: finite; writes the shortest form that parses to the same
                              // number
  void value(bool truth);

  template <class T>
  void field(std::string_view name, const T& v) {
    key(name);
    value(v);
  }
  void end_text() { text_ += '\n'; }

  // The text so far; may be cleared between any two calls.
  std::string& text() { return text_; }

 private:
  void open(char bracket);
  void close(char bracket);
  void begin_value();  // comma, line break and indentation as needed

  std::string text_;
  size_t depth_ = 0;
  bool first_ = true;       // nothing written yet in the innermost object or array
  bool after_key_ = false;  // the value goes on the line of its key
};

}  // namespace gophercap::dataset
