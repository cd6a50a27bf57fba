#include "connector/connector.h"

namespace lockstep::connector {

Result<Delivery> Connection::receive(const net::Request&) const {
    return fail(ErrorCode::request_invalid, "this vendor's messages are not understood");
}

net::Response Connection::acknowledge(const Result<void>&, net::Response plain) const { return plain; }

}  // namespace lockstep::connector
