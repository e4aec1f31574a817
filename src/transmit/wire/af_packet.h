// Sends frames through an AF_PACKET socket (packet(7)), many per system call by sendmmsg(2).
#pragma once

#include <memory>
#include <string>

#include "base/fd.h"
#include "base/result.h"
#include "transmit/link/interface.h"
#include "transmit/transmitter.h"

namespace gophercap::transmit {

// Opens a packet socket that sends on the interface and receives nothing. Needs CAP_NET_RAW. With
// `qdisc_bypass`, frames bypass the queueing discipline of the interface and the sniffers on it,
// and a full device queue rejects them (ENOBUFS).
Result<Fd> open_packet_socket(const std::string& interface, const InterfaceFacts& facts,
                              bool qdisc_bypass);

Result<std::unique_ptr<Transmitter>> open_af_packet(const std::string& interface,
                                                    const InterfaceFacts& facts, bool qdisc_bypass);

}  // namespace gophercap::transmit
